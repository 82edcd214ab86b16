// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "process/proc_file.hpp"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

using process::printable;

TEST_CASE("a field is the rest of its own line") {
  const std::string text = "Name:\tVmRSS: 3 kB\nVmRSS:\t   40 kB\nEmpty:\n";
  CHECK(process::field(text, "Name:") == "VmRSS: 3 kB");
  CHECK(process::bytes(text, "VmRSS:") == 40U << 10);
  CHECK(process::field(text, "Empty:").empty());
  CHECK(process::number(text, "Missing:") == 0);
}

TEST_CASE("what is no text is not printed") {
  CHECK(printable("plain, Ärger, 日本, 😀") == "plain, Ärger, 日本, 😀");
  CHECK(printable("\x1b[2J\x7f") == "?[2J?");
  CHECK(printable("\xff\xfe") == "??");
  CHECK(printable("\xc2\x9b") == "??");          // a control character, as UTF-8
  CHECK(printable("\xc0\xaf") == "??");          // overlong encoding
  CHECK(printable("\xed\xa0\x80") == "???");     // half of a surrogate pair
  CHECK(printable("end \xe6\x97") == "end ??");  // cut short
}

TEST_CASE("a file that cannot be read has its error") {
  CHECK(process::read_file("/no/such/file").error == ENOENT);
  CHECK(process::read_file("/").error == EISDIR);
  CHECK(process::read_file("/proc/self/comm").error == 0);
}

TEST_CASE("descriptors are counted as they are opened") {
  const auto before = process::count_descriptors(::getpid());
  const int more = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto after = process::count_descriptors(::getpid());
  ::close(more);
  REQUIRE(before);
  CHECK(after == *before + 1);
}

TEST_CASE("this thread runs, and this process is one of all") {
  CHECK(process::count_running(::getpid()) >= 1);
  const auto all = process::all_ids();
  CHECK(std::ranges::find(all, ::getpid()) != all.end());
}
