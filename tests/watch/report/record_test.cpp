// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "recording/file.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "made.hpp"
#include "refusal.hpp"
#include "recording/fields.hpp"

using namespace watch;

namespace {

// Fills every field with a different value each time.
class Randomizer {
 public:
  explicit Randomizer(unsigned seed) : random_(seed) {}

  template <class T>
  void operator()(const char*, T& field) {
    fill(field);
  }

  template <class T>
  void fill(T& field) {
    if constexpr (requires { record::fields(*this, field); }) {
      record::fields(*this, field);
    } else if constexpr (std::is_same_v<T, Nanoseconds>) {
      field = Nanoseconds(static_cast<std::int64_t>(random_() % 1'000'000'000'000'000));
    } else if constexpr (std::is_same_v<T, bool>) {
      field = random_() % 2 == 0;
    } else if constexpr (std::is_same_v<T, char>) {
      field = static_cast<char>('A' + random_() % 26);
    } else if constexpr (std::is_enum_v<T>) {
      field = static_cast<T>(random_() % 4);  // each has as many
      if constexpr (std::is_same_v<T, Footer::Reason>) field = static_cast<T>(random_() % 3);
    } else if constexpr (std::is_integral_v<T>) {
      field = static_cast<T>(random_());
    } else {
      fill_more(field);
    }
  }

  template <class T>
  void fill_more(std::optional<T>& field) {
    if (random_() % 2 == 0) fill(field.emplace());
  }
  template <class T>
  void fill_more(std::vector<T>& all) {
    all.resize(random_() % 5);
    for (T& each : all) fill(each);
  }
  void fill_more(std::string& text) {
    constexpr const char* pieces[] = {"a", "\"", "\\", "\n", "ä", "≈", " ", "{", "\x01", "\x7f"};
    for (auto left = random_() % 9; left > 0; --left) text += pieces[random_() % 10];
  }

 private:
  std::mt19937_64 random_;
};

Recording random_recording(unsigned seed) {
  Randomizer randomizer(seed);
  Recording recording;
  randomizer.fill(recording.header);
  randomizer.fill_more(recording.calls);
  randomizer.fill_more(recording.waits);
  randomizer.fill_more(recording.execs);
  randomizer.fill_more(recording.samples);
  randomizer.fill_more(recording.fork_lock);
  randomizer.fill_more(recording.notices);
  randomizer.fill(recording.footer);
  return recording;
}

Recording parsed(const std::string& text) {
  std::istringstream lines(text);
  return record::from_lines(lines, "seen.jsonl");
}

std::string refusal(const std::string& text) {
  try {
    parsed(text);
  } catch (const Refusal& refused) {
    return refused.what();
  }
  return "not refused";
}

// Replaces one text in a recording's lines.
std::string with(const std::string& was, const std::string& now) {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, std::chrono::milliseconds(30));
  std::string text = record::as_lines(recording);
  const auto at = text.find(was);
  REQUIRE(at != std::string::npos);
  return text.replace(at, was.size(), now);
}

}  // namespace

TEST_CASE("what is read back is what was written, whatever it was") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const Recording recording = random_recording(seed);
    const std::string text = record::as_lines(recording);
    const Recording again = parsed(text);
    CHECK(again == recording);
    CHECK(record::as_lines(again) == text);
  }
}

TEST_CASE("a name that is no UTF-8 does not keep a recording from being written") {
  Recording recording = made::quiet();
  recording.header.target.name = "caf\xe9";
  CHECK(parsed(record::as_lines(recording)).header.target.name == "caf\xef\xbf\xbd");
}

TEST_CASE("fields that are added later do not keep a recording from being read") {
  CHECK(parsed(with("\"thread_name\":", "\"mood\":\"good\",\"thread_name\":")).calls.size() == 1);
}

TEST_CASE("a recording cut anywhere is refused as cut short") {
  const std::string whole = record::as_lines(made::kept("posix_spawn"));
  for (std::size_t length = whole.find('\n') + 1; length + 1 < whole.size(); length += 37) {
    CAPTURE(length);
    CHECK(made::says(refusal(whole.substr(0, length)), "cut short"));
  }
}

TEST_CASE("a line that is none is refused with its file, its number and the reason") {
  CHECK(refusal("") == "'seen.jsonl' line 1: is empty: not a recording");
  CHECK(made::says(refusal("\x7f"
                           "ELF\n"),
                   "line 1: is not the beginning of a recording"));
  CHECK(made::says(refusal("{}\n"), "line 1: is not the beginning of a recording"));
  CHECK(made::says(refusal("[1]\n"), "line 1: is not the beginning of a recording"));
  CHECK(made::says(refusal(with("\"version\":1", "\"version\":2")),
                   "line 1: made by a newer forklift (schema 2, this one reads 1)"));
  CHECK(made::says(refusal(with("\"version\":1", "\"version\":0")), "there is no schema 0"));
  CHECK(made::says(refusal(with("\"event\":\"call\"", "\"event\":\"cal\"")),
                   "line 2: there is no event 'cal'"));
  CHECK(made::says(refusal(with("\"thread\":4711", "\"thread\":\"x\"")),
                   "line 2: 'thread' is not a possible number"));
  CHECK(made::says(refusal(with("\"thread\":4711", "\"thread\":4711000000000")), "'thread'"));
  CHECK(made::says(refusal(with("\"restarts\":0", "\"restarts\":-1")), "'restarts'"));
  CHECK(made::says(refusal(with("\"restarts\":0", "\"restarts\":0.5")), "'restarts'"));
  CHECK(made::says(refusal(with("\"restarts\":0,", "")), "'restarts' is missing"));
  CHECK(made::says(refusal(with("\"cut\":false", "\"cut\":0")), "'cut' is neither true nor false"));
  CHECK(made::says(refusal(with("\"duration_ns\":30000000", "\"duration_ns\":9000000000000000000")),
                   "'duration_ns' is longer than any machine runs"));
  CHECK(made::says(refusal(with("\"backend\":\"tracing\"", "\"backend\":\"magic\"")), "'magic'"));
  CHECK(made::says(refusal(with("{\"event\":\"call\"", "{event:\"call\"")), "line 2: is not JSON"));
  CHECK(made::says(refusal(with("", "") + "{}\n"), "line 4: comes after the ending"));
  CHECK(made::says(refusal(std::string(2 << 20, ' ')), "too long for a line"));
}

TEST_CASE("what is no file to read is refused with the reason") {
  CHECK_THROWS_WITH_AS(record::read("/no/such/file"),
                       "cannot read '/no/such/file': No such file or directory", Refusal);
  CHECK_THROWS_WITH_AS(record::read("/tmp"), "cannot read '/tmp': Is a directory", Refusal);
}

TEST_CASE("a recording is its owner's alone") {
  const std::string path = (std::filesystem::temp_directory_path() / "forklift-own.jsonl").string();
  record::write(path, made::quiet());
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  CHECK(record::read(path) == made::quiet());
  std::filesystem::remove(path);
}
