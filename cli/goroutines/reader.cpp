// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "goroutines/goroutine_reader.hpp"
#include "goroutines/target.hpp"

namespace goroutines {
namespace {

constexpr std::uint64_t most_goroutines = 1U << 20;

struct Slice {
  Address first = 0;
  std::uint64_t length = 0;
  std::uint64_t room = 0;
};

}  // namespace

class Reader::State {
 public:
  explicit State(pid_t pid) : target(pid), goroutine_reader_(target) {}

  std::optional<ForkLock> fork_lock() const;
  void read_goroutines(Snapshot& snapshot);

  Target target;

 private:
  std::vector<Address> addresses(Snapshot& snapshot) const;

  GoroutineReader goroutine_reader_;
};

// With the mutex that launchers wait for since Go 1.21, in one call.
std::optional<ForkLock> Reader::State::fork_lock() const {
  if (!target.fork_lock) return std::nullopt;
  std::array<std::byte, fork_lock_size> lock{};
  std::array<std::byte, 8> before{};
  const std::array<Memory::Piece, 2> pieces{
      {{.address = *target.fork_lock, .into = lock}, {target.forking_lock.value_or(0), before}}};
  const std::size_t count = target.forking_lock ? 2 : 1;
  if (!target.program.memory().read(std::span(pieces).first(count))) return std::nullopt;
  ForkLock found = read_fork_lock(lock, target.version);
  found.queued += waiters_of_mutex(before, target.version);
  return found;
}

// The array is replaced as it grows, and may then be collected: its content is
// valid only if it is still the one in use.
std::vector<Address> Reader::State::addresses(Snapshot& snapshot) const {
  constexpr int tries = 5;
  const Memory& memory = target.program.memory();
  for (int i = 0; i < tries; ++i) {
    const auto slice = memory.value<Slice>(*target.all_goroutines);
    if (!slice) throw Ended(target.program.who() + " has ended");
    if (slice->length > slice->room || slice->length > most_goroutines) continue;
    std::vector<Address> addresses(slice->length);
    const bool whole = memory.read(slice->first, std::as_writable_bytes(std::span(addresses)));
    if (whole && memory.value<Address>(*target.all_goroutines) == slice->first) return addresses;
  }
  snapshot.missing.emplace_back("the list of goroutines makes no sense, so none is shown");
  return {};
}

void Reader::State::read_goroutines(Snapshot& snapshot) {
  if (!target.all_goroutines || !target.layout) return;
  std::size_t lost = 0;
  for (const Address address : addresses(snapshot)) {
    const auto found = goroutine_reader_.read(address);
    if (!found) {
      ++lost;
    } else if (found->id != 0) {
      snapshot.goroutines.push_back(*found);
    }
  }
  if (lost > 0) snapshot.missing.push_back(fmt::format("{} goroutines cannot be read", lost));
}

Reader::Reader(pid_t pid) : state_(std::make_unique<State>(pid)) {}
Reader::~Reader() = default;

const std::string& Reader::name() const { return state_->target.program.name(); }
const std::string& Reader::version() const { return state_->target.version_text; }

std::optional<std::uint64_t> Reader::fork_lock_address() const { return state_->target.fork_lock; }

std::optional<watch::ForkLockState> Reader::fork_lock() const {
  const auto lock = state_->fork_lock();
  return lock ? std::optional(lock->state()) : std::nullopt;
}

Snapshot Reader::look() {
  const auto begin = std::chrono::steady_clock::now();
  Snapshot snapshot;
  snapshot.at = std::chrono::system_clock::now();
  snapshot.missing = state_->target.missing;
  snapshot.fork_lock = state_->fork_lock();
  if (state_->target.fork_lock && !snapshot.fork_lock) {
    throw Ended(state_->target.program.who() + " has ended");
  }
  state_->read_goroutines(snapshot);
  snapshot.took = std::chrono::steady_clock::now() - begin;
  return snapshot;
}

}  // namespace goroutines
