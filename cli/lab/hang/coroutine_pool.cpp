// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/coroutine_pool.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <stdexcept>

namespace lab::hang {
namespace {

constexpr std::string_view ours = "forklift";

double microseconds(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

}  // namespace

std::string_view name(CoroutineState place) {
  constexpr std::string_view names[] = {"running", "waiting for a permit", "launching",
                                        "waiting for the end of a child"};
  static_assert(std::size(names) == places);
  return names[static_cast<std::size_t>(place)];
}

CoroutinePool::CoroutinePool(const std::string& contender, const std::string& program,
                             std::size_t coroutines, std::size_t limit)
    : limiter_(context_, limit),
      blocking_(contender == ours ? nullptr : kind(contender).make(program)),
      command_(program),
      count_(coroutines),
      slots_(std::make_unique<Slot[]>(coroutines)),
      left_(coroutines) {}

CoroutinePool::~CoroutinePool() { ended_ = true; }

void CoroutinePool::start() {
  asio::co_spawn(context_, beat(), asio::detached);
  asio::co_spawn(context_, begin_all(), asio::detached);
  thread_ = std::jthread([this] { context_.run(); });
}

Harvest CoroutinePool::end() {
  ended_ = true;
  thread_.join();
  if (trouble_) std::rethrow_exception(trouble_);
  return std::move(harvest_);
}

Census CoroutinePool::census() const {
  constexpr std::size_t told = 5;
  Census census;
  const auto now = Clock::now();
  for (std::size_t i = 0; i < count_; ++i) {
    const CoroutineState place = slots_[i].place.load(std::memory_order_acquire);
    ++census.count[static_cast<std::size_t>(place)];
    if (place != CoroutineState::waiting_for_permit) continue;
    const Clock::time_point since(Clock::duration(slots_[i].since.load()));
    census.longest.push_back({i + 1, std::max(now - since, Clock::duration::zero())});
  }
  std::ranges::sort(census.longest, std::greater(), &Census::Waiter::waited);
  if (census.longest.size() > told) census.longest.resize(told);
  return census;
}

void CoroutinePool::enter(Slot& slot, CoroutineState place) {
  slot.since.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  slot.place.store(place, std::memory_order_release);
}

// In batches: starting ten thousand coroutines in one handler would by itself
// delay the loop.
asio::awaitable<void> CoroutinePool::begin_all() {
  constexpr std::size_t batch = 64;
  for (std::size_t i = 0; i < count_; ++i) {
    asio::co_spawn(context_, work(slots_[i]), asio::detached);
    if (i % batch == 0) co_await asio::post(context_, asio::use_awaitable);
  }
}

asio::awaitable<void> CoroutinePool::work(Slot& slot) {
  try {
    while (!ended_ && !failed_) {
      enter(slot, CoroutineState::waiting_for_permit);
      const auto asked = Clock::now();
      const auto permit = co_await limiter_.async_acquire(asio::use_awaitable);
      harvest_.permit_wait.push_back(microseconds(Clock::now() - asked));
      if (!ended_ && !failed_) co_await launch(slot);
      enter(slot, CoroutineState::running);
    }
  } catch (...) {
    if (!failed_.exchange(true)) trouble_ = std::current_exception();
  }
  enter(slot, CoroutineState::running);
  --left_;
}

asio::awaitable<void> CoroutinePool::launch(Slot& slot) {
  enter(slot, CoroutineState::launching);
  const auto begun = Clock::now();
  if (blocking_) {
    harvest_.launch.push_back(blocking_->launch().launch);
  } else {
    forklift::Child child = co_await forklift::async_spawn(context_, command_, asio::use_awaitable);
    harvest_.launch.push_back(microseconds(Clock::now() - begun));
    enter(slot, CoroutineState::waiting_for_end);
    const auto status = co_await forklift::async_wait(context_, child, asio::use_awaitable);
    if (!status.success()) throw std::runtime_error("the program " + status.text());
  }
  ++harvest_.launches;
}

// Beats that fall due while one is late are merged with it: a loop that made up
// for each in turn would stay late for long.
asio::awaitable<void> CoroutinePool::beat() {
  asio::steady_timer timer(context_);
  auto planned = Clock::now();
  while (left_ > 0) {
    planned = std::max(planned + std::chrono::milliseconds(1), Clock::now());
    timer.expires_at(planned);
    co_await timer.async_wait(asio::use_awaitable);
    harvest_.heartbeat_late.push_back(microseconds(Clock::now() - planned));
  }
}

}  // namespace lab::hang
