// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/situation.hpp"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <string_view>

#include "kernel/ignored_signals.hpp"
#include "kernel/probe.hpp"
#include "launch/order.hpp"
#include "launch/streams.hpp"

namespace forklift::launch {
namespace {

using kernel::Feature;

// The kernel's reason why an engine does not work, 0 if it does.
int refusal_of(Engine engine, const kernel::Features& features) noexcept {
  if (engine == Engine::fork) return 0;
  if (!features.works(Feature::shared_memory)) return -features[Feature::shared_memory];
  return engine == Engine::shared_table ? -features[Feature::leave_table] : 0;
}

Engine best_engine(const kernel::Features& features) noexcept {
  for (const Engine engine : {Engine::shared_table, Engine::shared_memory}) {
    if (refusal_of(engine, features) == 0) return engine;
  }
  return Engine::fork;
}

enum class Forced { unread, none, unknown, fork, shared_memory, shared_table };

Forced read_forced() {
  const char* const text = ::getenv("FORKLIFT_ENGINE");
  if (!text || !*text) return Forced::none;
  const std::string_view wanted(text);
  if (wanted == name(Engine::fork)) return Forced::fork;
  if (wanted == name(Engine::shared_memory)) return Forced::shared_memory;
  if (wanted == name(Engine::shared_table)) return Forced::shared_table;
  return Forced::unknown;
}

// Read once. An atomic, not a guarded static: a thread that forks the program
// meanwhile must not leave the other half with a guard that nobody releases.
Forced forced_engine() {
  static std::atomic<Forced> known{Forced::unread};
  Forced forced = known.load(std::memory_order_relaxed);
  if (forced == Forced::unread) known.store(forced = read_forced(), std::memory_order_relaxed);
  return forced;
}

bool needs_mail(const Order& order) {
  if (order.directory_descriptor) return true;
  for (const auto& [number, stdio] : order.streams) {
    if (is_brought(number, stdio)) return true;
  }
  return false;
}

// Where descriptors cannot be mailed, a launch that has to hand some over
// copies the table.
Engine engine_for(const Order& order, Engine engine) {
  const bool mute = !kernel::features().works(Feature::mailbox);
  return engine == Engine::shared_table && mute && needs_mail(order) ? Engine::shared_memory
                                                                     : engine;
}

}  // namespace

std::expected<Engine, Failure> chosen_engine() {
  const kernel::Features& features = kernel::features();
  const Forced forced = forced_engine();
  if (forced == Forced::none) return best_engine(features);
  if (forced == Forced::unknown) {
    const char* const text = ::getenv("FORKLIFT_ENGINE");
    return std::unexpected(
        Failure{Step::engine, std::string("FORKLIFT_ENGINE='") + (text ? text : "") + "'", EINVAL});
  }
  const auto engine =
      static_cast<Engine>(static_cast<int>(forced) - static_cast<int>(Forced::fork));
  if (const int error = refusal_of(engine, features)) {
    return std::unexpected(
        Failure{Step::engine, "FORKLIFT_ENGINE='" + std::string(name(engine)) + "'", error});
  }
  return engine;
}

std::expected<Situation, Failure> look_around(const Order& order) {
  const auto engine = chosen_engine();
  if (!engine) return std::unexpected(engine.error());
  Situation now;
  now.engine = engine_for(order, *engine);
  now.handlers_cleared = kernel::features().works(Feature::clone3);
  if (now.handlers_cleared && !order.inherit_ignored) {
    now.ignored = kernel::ignored_standard_signals();
  }
  now.environment = ::environ;
  if (order.program.find('/') == std::string::npos) now.path = ::getenv("PATH");
  if (order.required && now.engine < *order.required) {
    return std::unexpected(Failure{Step::engine,
                                   "'" + std::string(name(*order.required)) +
                                       "' (this launch has '" + std::string(name(now.engine)) +
                                       "')",
                                   EOPNOTSUPP});
  }
  return now;
}

}  // namespace forklift::launch
