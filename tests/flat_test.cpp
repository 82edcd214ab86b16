// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// No attribute makes a launch copy page tables: it takes as long from a process
// with a gigabyte in small pages as from one with little. The tolerance is a
// fraction of a fork of that gigabyte in the same run.

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

double microseconds_since(std::chrono::steady_clock::time_point begin) {
  return Microseconds(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

double median_launch(const Command& command) {
  std::vector<double> times;
  for (int i = 0; i < 9; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    auto child = command.try_spawn();
    times.push_back(microseconds_since(begin));
    REQUIRE(child);
    child->wait();
  }
  return median(std::move(times));
}

double median_fork() {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(in_fork([] { return std::string(); }) == "");
    times.push_back(microseconds_since(begin));
  }
  return median(std::move(times));
}

// The attributes that are not flat, by name.
std::string grows_with_memory() {
  std::vector<double> little;
  for (const Attribute& attribute : attributes()) little.push_back(median_launch(with(attribute)));
  const double light_fork = median_fork();
  const Ballast ballast;
  const double copying = median_fork() - light_fork;
  std::string grown;
  for (std::size_t i = 0; i < little.size(); ++i) {
    const double much = median_launch(with(attributes()[i]));
    if (much > 2 * little[i] + copying / 4) {
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
  const double light = median_fork();
  const Ballast ballast;
  CHECK(median_fork() > 3 * light);
}
