// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <forklift/fork_lock.hpp>
#include <system_error>

#include "support.hpp"

using forklift::Command, forklift::Input, forklift::Line, forklift::Output, forklift::Sink;
using forklift::Stdio;

namespace {

Command shell(const std::string& script) { return Command("sh").args({"-c", script}); }

std::string read_all(int descriptor) {
  std::string all;
  char bytes[4096];
  for (ssize_t size; (size = ::read(descriptor, bytes, sizeof bytes)) > 0;) {
    all.append(bytes, static_cast<std::size_t>(size));
  }
  return all;
}

// Text that shows if a piece of it is lost, doubled or misplaced.
std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + "\n";
  text.resize(size);
  return text;
}

// Lines as they arrived, with marks of what was cut: "<" continues the one
// before, ">" has more to come, "$" has no newline.
struct Seen {
  std::vector<std::string> lines;

  Sink sink(std::size_t longest) {
    return Sink::lines(
        [this](const Line& line) {
          lines.push_back((line.begins ? "" : "<") + std::string(line.text) +
                          (line.ends ? line.newline ? "" : "$" : ">"));
        },
        longest);
  }
};

using Texts = std::vector<std::string>;

Texts lines_of(const std::string& text, std::size_t longest) {
  Seen seen;
  Command("cat").output({.input = text, .out = seen.sink(longest)});
  return seen.lines;
}

}  // namespace

TEST_CASE("lines arrive whole up to the limit, longer ones in pieces that say so") {
  CHECK(lines_of("", 4).empty());
  CHECK(lines_of("ab\n\ncd\n", 4) == Texts{"ab", "", "cd"});
  CHECK(lines_of("ab\ncd", 4) == Texts{"ab", "cd$"});
  CHECK(lines_of("abcd\nabcd", 4) == Texts{"abcd", "abcd$"});
  CHECK(lines_of("abcdefghij\nk\n", 4) == Texts{"abcd>", "<efgh>", "<ij", "k"});
  CHECK(lines_of("abcdefgh\nabcdefgh", 4) == Texts{"abcd>", "<efgh", "abcd>", "<efgh$"});
  CHECK(lines_of("ab\n", 1) == Texts{"a>", "<b"});
  CHECK(lines_of("ab\n", 0) == Texts{"a>", "<b"});
}

TEST_CASE("lines that arrive in parts are put together") {
  auto pipe = forklift::fork_exec_pipe();
  REQUIRE(pipe);
  Texts seen;
  const auto take = [&](const Line& line) {
    seen.emplace_back(line.text);
    // The second half is sent when the first has been seen.
    if (seen.size() == 1) CHECK(::write(pipe->writing.get(), "\n", 1) == 1);
  };
  Command command = shell("printf 'first\\nhal'; read x <&3; echo ves");
  const Output output = command.descriptor(3, Stdio::descriptor(pipe->reading.get()))
                            .output({.out = Sink::lines(take)});
  CHECK(output.out.empty());
  CHECK(seen == Texts{"first", "halves"});
}

TEST_CASE("each line of much output arrives once and in order") {
  long next = 1;
  const auto take = [&](const Line& line) { CHECK(std::stol(std::string(line.text)) == next++); };
  Command("seq").arg("100000").output({.out = Sink::lines(take)});
  CHECK(next == 100'001);
}

TEST_CASE("pieces are what was written, both streams apart") {
  std::string out, err;
  const Output output = shell("echo out; echo err >&2")
                            .output({.out = Sink::pieces([&](auto piece) { out += piece; }),
                                     .err = Sink::pieces([&](auto piece) { err += piece; })});
  CHECK(out == "out\n");
  CHECK(err == "err\n");
  CHECK(output.out.empty());
}

TEST_CASE("output goes into a file, from its start or at its end, up to the limit") {
  const Folder folder;
  const std::string path = folder.file("out", "something longer than what comes");
  Output output = Command("cat").output({.input = "abcdef", .out = Sink::file(path), .limit = 4});
  CHECK(read_file(path) == "abcd");
  CHECK(output.out_truncated);
  CHECK(output.out.empty());
  output = Command("cat").output({.input = "xyz", .out = Sink::append(path)});
  CHECK(read_file(path) == "abcdxyz");
  CHECK_FALSE(output.out_truncated);
}

TEST_CASE("output goes into a memfd, at its start, sealed if asked") {
  const std::string text = numbers(3'000'000);
  for (const bool sealed : {false, true}) {
    Output output = Command("cat").output({.input = text, .out = Sink::memfd(sealed)});
    REQUIRE(output.out_memfd);
    CHECK_FALSE(output.err_memfd);
    CHECK(read_all(output.out_memfd.get()) == text);
    CHECK((::write(output.out_memfd.get(), "x", 1) < 0) == sealed);
    CHECK((::fcntl(output.out_memfd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  }
}

TEST_CASE("discarded output is neither kept nor called truncated") {
  const Output output =
      shell("head -c 5000000 /dev/zero; echo end >&2").output({.out = Sink::discard()});
  CHECK(output.status.success());
  CHECK(output.out.empty());
  CHECK_FALSE(output.out_truncated);
  CHECK(output.err == "end\n");
}

TEST_CASE("a file that cannot be opened is an error before anything is launched") {
  const auto launched = forklift::counters().launches();
  CHECK_THROWS_AS(Command("true").output({.out = Sink::file("/no/such/folder/file")}),
                  std::system_error);
  CHECK_THROWS_AS(Command("true").output({.input = Input::file("/no/such/file")}),
                  std::system_error);
  CHECK(children().empty());
  CHECK(forklift::counters().launches() == launched);
}

TEST_CASE("memory grows by what is kept, not by what is written") {
  const std::size_t before = resident_bytes();
  const Output output =
      Command("head").args({"-c", "300000000", "/dev/zero"}).output({.limit = 1 << 20});
  CHECK(output.out.size() == 1 << 20);
  CHECK(resident_bytes() < before + (32 << 20));
}
