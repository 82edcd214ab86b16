// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>

#include <chrono>
#include <cstdio>
#include <forklift/command.hpp>
#include <forklift/engine.hpp>
#include <system_error>
#include <thread>

#include "support.hpp"

namespace {

// After every test: the same descriptors, the same threads, no child.
struct NothingLeft : doctest::IReporter {
  explicit NothingLeft(const doctest::ContextOptions&) {}

  void test_case_start(const doctest::TestCaseData& test) override {
    name = test.m_name;
    descriptors = open_descriptors();
    threads = thread_count();
  }
  void test_case_end(const doctest::CurrentTestCaseStats&) override {
    await_the_killed();
    if (!descriptors_come_to(descriptors)) complain("descriptors are left open");
    if (!threads_come_to(threads)) complain("threads are left running");
    if (!children().empty()) complain("children are left behind");
  }
  // An abandoned launch leaves a slowly dying child, with its resources, to the
  // next launches.
  static void await_the_killed() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!children().empty() && std::chrono::steady_clock::now() < end) {
      if (auto child = forklift::Command("true").try_spawn()) child->wait();
    }
  }
  // Where there are no pidfds, a thread of the library closes a pipe for each end.
  static bool descriptors_come_to(const std::set<int>& wanted) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (open_descriptors() != wanted) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }
  void complain(const char* what) {
    ++complaints;
    std::fprintf(stderr, "LEFT BEHIND by \"%s\": %s\n", name, what);
  }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}

  const char* name = "";
  std::set<int> descriptors;
  std::size_t threads = 0;
  static inline int complaints = 0;
};

}  // namespace

REGISTER_LISTENER("nothing_left", 1, NothingLeft);

#if defined(__SANITIZE_THREAD__)
// A program that forked itself launches by a thread of the library: let it start.
extern "C" const char* __tsan_default_options() { return "die_after_fork=0"; }
#endif

int main(int argc, char** argv) {
  // Some machines start it without standard descriptors: open them.
  while (::open("/dev/null", O_RDWR) <= 2) {
  }
  doctest::Context context(argc, argv);
  std::setvbuf(stdout, nullptr, _IONBF, 0);  // tests fork: nothing may be printed twice
  // Permanent resources exist before the first test: the library's mailboxes,
  // its thread that creates children which die with us, the one that announces
  // ends where there are no pidfds, and the thread that a sanitizer starts with
  // the first of ours.
  forklift::reserve(16);
  if (auto child = forklift::Command("true").die_with_parent().try_spawn()) {
    pollfd end{child->announce_end(), POLLIN, 0};
    if (end.fd >= 0) ::poll(&end, 1, -1);
  }
  try {
    std::thread([] {}).join();
  } catch (const std::system_error&) {
    // If clone3 is refused with EPERM, libc can create no thread.
  }
  const int result = context.run();
  return result != 0 || NothingLeft::complaints != 0;
}
