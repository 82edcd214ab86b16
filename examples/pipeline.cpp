// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Which words are the most frequent in a text? A pipeline, fed and read at once.

#include <forklift/pipeline.hpp>
#include <iostream>

using forklift::Command, forklift::LaunchError;
using namespace std::chrono_literals;

int main() {
  const std::string text = "a rose is a rose is a rose";
  const auto words = Command("tr").args({" ", "\n"}) | Command("sort") | Command("uniq").arg("-c") |
                     Command("sort").arg("-nr") | Command("head").args({"-n", "2"});
  try {
    const auto result = words.output({.input = text, .timeout = 10s});
    std::cout << result.out;
    for (const auto& stage : result.status.stages) std::cout << stage.text() << "\n";
    return result.status.success() ? 0 : 1;
  } catch (const LaunchError& error) {
    std::cerr << error.what() << "\n";  // names the stage; nothing is left running
    return 2;
  }
}
