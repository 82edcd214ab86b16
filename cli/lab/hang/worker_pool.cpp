// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/worker_pool.hpp"

#include <unistd.h>

namespace lab::hang {

WorkerPool::WorkerPool(const std::string& contender, const std::string& program,
                       std::size_t workers, double rate)
    : launched_(workers),
      troubles_(workers),
      ids_(std::make_unique<std::atomic<pid_t>[]>(workers)),
      there_(static_cast<std::ptrdiff_t>(workers)),
      pace_(rate, workers) {
  for (std::size_t i = 0; i < workers; ++i) contenders_.push_back(kind(contender).make(program));
}

WorkerPool::~WorkerPool() { end(); }

void WorkerPool::start() {
  for (std::size_t i = 0; i < contenders_.size(); ++i) {
    threads_.emplace_back([this, i] { work(i); });
  }
  there_.wait();
  begun_ = Clock::now();
  pace_.begin(begun_);
  begin_.count_down();
}

void WorkerPool::end() {
  ended_ = true;
  pace_.end();
  for (const auto& contender : contenders_) contender->give_up();
  threads_.clear();
}

std::vector<pid_t> WorkerPool::threads() const {
  return std::vector<pid_t>(ids_.get(), ids_.get() + contenders_.size());
}

std::vector<Doing> WorkerPool::doing() const {
  std::vector<Doing> all;
  for (const auto& contender : contenders_) all.push_back({contender->stage(), contender->since()});
  return all;
}

std::size_t WorkerPool::number_of(pid_t thread) const {
  for (std::size_t i = 0; i < contenders_.size(); ++i) {
    if (ids_[i].load(std::memory_order_relaxed) == thread) return i + 1;
  }
  return 0;
}

const std::vector<std::vector<Launched>>& WorkerPool::launches() const {
  for (const std::exception_ptr& trouble : troubles_) {
    if (trouble) std::rethrow_exception(trouble);
  }
  return launched_;
}

void WorkerPool::work(std::size_t index) {
  ids_[index] = ::gettid();
  Contender& contender = *contenders_[index];
  there_.count_down();
  begin_.wait();
  try {
    while (pace_.await_turn(index) && !ended_ && !failed_) launch_on(contender, launched_[index]);
  } catch (...) {
    troubles_[index] = std::current_exception();
    failed_ = true;
  }
}

void WorkerPool::launch_on(Contender& contender, std::vector<Launched>& launched) {
  const auto begin = Clock::now();
  const double begin_s = std::chrono::duration<double>(begin - begun_).count();
  try {
    const Times times = contender.launch();
    launched.push_back({begin_s, times.launch, times.lock_wait});
  } catch (const GivenUp&) {
    if (contender.stage() != Stage::waiting_for_lock) return;
    const std::chrono::duration<double, std::micro> waited = Clock::now() - begin;
    launched.push_back({begin_s, 0, waited.count()});
  }
}

}  // namespace lab::hang
