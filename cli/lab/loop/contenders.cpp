// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loop/contenders.hpp"

#include <algorithm>
#include <stdexcept>

#include "lab/contenders/module.hpp"
#include "lab/loop/threads.hpp"
#if defined(FORKLIFT_LAB_ASIO)
#include "lab/loop/ours.hpp"
#endif

#ifndef FORKLIFT_BOOST_VERSION
#define FORKLIFT_BOOST_VERSION ""
#endif

namespace lab::loop {
namespace {

constexpr const char* ours = "forklift-coro";
constexpr const char* boost = "Boost.Process v2 " FORKLIFT_BOOST_VERSION;

LoopKind module(const std::string& name, const std::string& launcher) {
  return {name, std::string(boost) + launcher + ", async_wait", [name](const std::string& program) {
            using Entry = decltype(&forklift_event_loop);
            const auto make = reinterpret_cast<Entry>(module_entry(name, entry_name));
            return std::unique_ptr<EventLoop>(make(program.c_str()));
          }};
}

std::vector<LoopKind> find_kinds() {
  std::vector<LoopKind> found;
#if defined(FORKLIFT_LAB_ASIO)
  found.push_back({ours, "async_spawn, async_wait", make_ours});
#endif
  for (LoopKind& one : std::vector{module("boost-coro", ", process"),
                                   module("boost-vfork-coro", ", vfork_launcher")}) {
    if (has_module(one.name)) found.push_back(std::move(one));
  }
  found.push_back({threads_name, "posix_spawn and waitpid on 8 threads", make_threads, false});
  return found;
}

}  // namespace

const std::vector<LoopKind>& kinds() {
  static const std::vector<LoopKind> all = find_kinds();
  return all;
}

const LoopKind& kind(const std::string& name) {
  const auto found = std::ranges::find(kinds(), name, &LoopKind::name);
  if (found == kinds().end()) throw std::invalid_argument("unknown contender '" + name + "'");
  return *found;
}

std::string absence(const std::string& name) {
  if (std::ranges::find(kinds(), name, &LoopKind::name) != kinds().end()) return "";
  if (name == ours) return advice_to_build(name, "libasio-dev");
  const bool known = name == "boost-coro" || name == "boost-vfork-coro";
  return known ? advice_to_build(name, "libboost1.81-dev") : "";
}

void try_launches(const std::vector<std::string>& names, const std::string& program) {
  for (const std::string& name : names) {
    const auto soon = Clock::now() + std::chrono::milliseconds(kind(name).has_loop ? 10'000 : 1);
    kind(name).make(program)->run({.coroutines = 1, .until = soon});
  }
}

}  // namespace lab::loop
