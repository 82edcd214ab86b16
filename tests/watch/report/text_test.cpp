// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "made.hpp"
#include "watch/report/report.hpp"
#include "watch/report/text/page.hpp"
#include "recording/wording.hpp"

using namespace watch;
using namespace std::chrono_literals;

namespace {

constexpr const char* stories[] = {"fork_four_threads",
                                   "copy_on_write_storm",
                                   "posix_spawn",
                                   "vfork_slow_child",
                                   "go_fork_lock",
                                   "not_fork",
                                   "swap",
                                   "nothing",
                                   "missed",
                                   "perf_backend"};

std::size_t widest(const std::string& text) {
  std::istringstream lines(text);
  std::size_t most = 0;
  for (std::string line; std::getline(lines, line);) most = std::max(most, columns(line));
  return most;
}

bool has_controls(const std::string& text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 && c != '\n'; });
}

// All names have the maximum length, and try to move the cursor.
Recording long_and_rude() {
  Recording recording = made::kept("go_fork_lock");
  const std::string name = "\x1b[2Jx" + std::string(300, 'y') +
                           "≈\xc2\x9b"
                           "31m\r\n";
  for (Call& call : recording.calls) {
    call.thread_name = call.function = name;
    call.stack = {name, name, "a b c " + name};
  }
  for (Wait& wait : recording.waits) {
    wait.thread_name = name;
    wait.stack = {name};
  }
  recording.execs.push_back({1, 5000, 1001s, 1ms, 1ms, name, true});
  recording.notices.push_back({Notice::Kind::other, 1001s, name, 1});
  Header& header = recording.header;
  for (std::string* const text :
       {&header.machine, &header.begun, &header.target.name, &header.target.command}) {
    *text = name;
  }
  header.obstacles.push_back({Backend::tracing, name, name});
  header.sources.push_back({Figure::child, name, 0ns, true});
  return recording;
}

}  // namespace

TEST_CASE("no line of any report is wider than a hundred columns") {
  for (const char* const story : stories) {
    CAPTURE(story);
    CHECK(widest(as_text(made::kept(story))) <= 100);
  }
  CHECK(widest(as_text(long_and_rude())) <= 100);
}

TEST_CASE("without colour there is no control character, whatever the names; with it there is") {
  for (const char* const story : stories) CHECK_FALSE(has_controls(as_text(made::kept(story))));
  const std::string rude = as_text(long_and_rude());
  CHECK_FALSE(has_controls(rude));
  CHECK_FALSE(made::says(rude, "\xc2\x9b"));
  CHECK(made::says(as_text(made::kept("swap"), true), "\x1b[1m"));
}

TEST_CASE("colour changes nothing but the looks") {
  std::string coloured = as_text(made::kept("go_fork_lock"), true);
  for (const char* const code : {"\x1b[0m", "\x1b[1;36m", "\x1b[1m"}) {
    for (auto at = coloured.find(code); at != std::string::npos; at = coloured.find(code)) {
      coloured.erase(at, std::string(code).size());
    }
  }
  CHECK(coloured == as_text(made::kept("go_fork_lock")));
}

TEST_CASE("the first line says which backend it was, and what would raise it") {
  const std::string text = as_text(made::kept("perf_backend"));
  CHECK(
      text.starts_with("Seen by perf: every event is seen, causes are inferred. For tracing: "
                       "sudo forklift watch 4711 (the"));
  CHECK(as_text(made::kept("swap")).starts_with("Seen by tracing: every event is seen, with its"));
}

TEST_CASE("figures that are not exact are marked, the others are not") {
  CHECK(made::says(as_text(made::kept("perf_backend")), "≈ 56 waits of 4 threads"));
  CHECK_FALSE(made::says(as_text(made::kept("fork_four_threads")), "≈ 56"));
  CHECK(made::says(as_text(made::kept("fork_four_threads")), "56 waits of 4 threads"));
}

TEST_CASE("the verdict stands before the figures it rests on") {
  const std::string text = as_text(made::kept("fork_four_threads"));
  CHECK(text.find("VERDICT") < text.find("WHAT TO DO"));
  CHECK(text.find("WHAT TO DO") < text.find("CALLS"));
  CHECK(text.find("CALLS") < text.find("BLOCKED BY THESE CALLS"));
}

TEST_CASE("a figure is not parted from its unit, nor from its mark, at the end of a line") {
  text::Page page(false);
  page.paragraph("", std::string(95, 'x') + " 357 ms, then " + std::string(80, 'y') + " ≈ 4");
  CHECK(page.text() == std::string(95, 'x') + "\n357 ms, then " + std::string(80, 'y') + " ≈ 4\n");
}

TEST_CASE("a bar shows what there is at all, and no more than its width") {
  CHECK(text::bar(0, 10).empty());
  CHECK(text::bar(0.0001, 10) == "▏");
  CHECK(text::bar(0.5, 2) == "█");
  CHECK(columns(text::bar(7, 10)) == 10);
}

TEST_CASE("a sparkline is as high as the highest figure, and has no more columns than asked") {
  CHECK(text::sparkline({}, 10).empty());
  CHECK(text::sparkline({0, 1, 4, 8}, 10) == " ▁▄█");
  CHECK(columns(text::sparkline(std::vector<double>(1001, 1), 60)) <= 60);
}
