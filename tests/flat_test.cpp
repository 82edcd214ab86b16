// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// No attribute makes a launch copy page tables: it takes as long from a process
// with a gigabyte in small pages as from one with little. (A fork of that
// gigabyte takes some 15 ms.)

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <algorithm>

#include "attributes.hpp"
#include "reveal.hpp"

using forklift::Command, forklift::Stdio;
using Microseconds = std::chrono::duration<double, std::micro>;

namespace {

constexpr std::size_t gibibyte = 1U << 30;

class Ballast {
 public:
  Ballast()
      : base_(static_cast<char*>(::mmap(nullptr, gibibyte, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    REQUIRE(base_ != MAP_FAILED);
    ::madvise(base_, gibibyte, MADV_NOHUGEPAGE);
    for (std::size_t at = 0; at < gibibyte; at += 4096) base_[at] = 1;
  }
  ~Ballast() { ::munmap(base_, gibibyte); }

 private:
  char* base_;
};

Command with(const Attribute& attribute) {
  Command command(reveal_path());
  command.arg("none").in(Stdio::null()).out(Stdio::null()).err(Stdio::null());
  Expected expected;
  Draw draw(1);
  attribute.set(command, expected, draw);
  return command;
}

double median_launch(const Command& command) {
  std::vector<double> times;
  for (int i = 0; i < 9; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    auto child = command.try_spawn();
    times.push_back(Microseconds(std::chrono::steady_clock::now() - begin).count());
    REQUIRE(child);
    child->wait();
  }
  std::ranges::nth_element(times, times.begin() + 4);
  return times[4];
}

// What is not flat, by name.
std::string grows_with_memory() {
  std::vector<double> little;
  for (const Attribute& attribute : attributes()) little.push_back(median_launch(with(attribute)));
  const Ballast ballast;
  std::string grown;
  for (std::size_t i = 0; i < little.size(); ++i) {
    const double much = median_launch(with(attributes()[i]));
    constexpr double noise = 1000;
    if (much > 2 * little[i] + noise) {
      grown += std::string(attributes()[i].name) + " " + std::to_string(little[i]) + " to " +
               std::to_string(much) + " us; ";
    }
  }
  return grown;
}

}  // namespace

TEST_CASE("a launch with any attribute takes as long with a gigabyte as with little") {
  std::string grown = "not tried";
  for (int attempt = 0; attempt < 3 && !grown.empty(); ++attempt) grown = grows_with_memory();
  CHECK(grown == "");
}

TEST_CASE("this test would notice a launch that copies page tables") {
  const Ballast ballast;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(in_fork([] { return std::string(); }) == "");
  CHECK(Microseconds(std::chrono::steady_clock::now() - begin).count() > 2000);
}
