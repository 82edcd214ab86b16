// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/mapping.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "check/label.hpp"
#include "watch/sleeper.hpp"

namespace {

constexpr std::uint64_t mebibyte = 1U << 20;

check::Mapping of_own_memory(std::uint64_t size) {
  check::Mapping mapping;
  mapping.is_private = true;
  mapping.resident = size;
  mapping.anonymous = size;
  return mapping;
}

}  // namespace

TEST_CASE("smaps is read with names, sizes and flags") {
  const auto mappings = check::parse_mappings(
      "55d0-55e0 r--p 00002000 fd:00 123                  /usr/lib/with blank/libc.so.6\n"
      "Size:                  4 kB\nRss:                   8 kB\nAnonymous:             4 kB\n"
      "AnonHugePages:         0 kB\nSwap:                  3 kB\nSwapPss:               1 kB\n"
      "VmFlags: rd mr mw me sd \n"
      "7f0000000000-7f0010000000 rw-p 00000000 00:00 0 \n"
      "Rss:                2048 kB\nAnonymous:          2048 kB\nAnonHugePages:      2048 kB\n"
      "VmFlags: rd wr mr mw me dc ac sd \n"
      "7f1000000000-7f1010000000 rw-s 00000000 00:01 7      /dev/shm/x\n"
      "VmFlags: rd wr sh \n");
  REQUIRE(mappings.size() == 3);
  CHECK(mappings[0].begin == 0x55d0);
  CHECK(mappings[0].end == 0x55e0);
  CHECK(mappings[0].name == "/usr/lib/with blank/libc.so.6");
  CHECK(mappings[0].resident == 8192);
  CHECK(mappings[0].anonymous == 4096);
  CHECK(mappings[0].swapped == 3072);
  CHECK(mappings[0].is_private);
  CHECK_FALSE(mappings[0].kept_from_children);
  CHECK(mappings[1].name.empty());
  CHECK(mappings[1].huge == 2 * mebibyte);
  CHECK(mappings[1].kept_from_children);
  CHECK_FALSE(mappings[2].is_private);
  CHECK(check::label(mappings[0]) == "libc.so.6");
  CHECK(check::label(mappings[1]) == "anonymous memory at 7f0000000000");
}

TEST_CASE("a runtime is named once, and not guessed where the executable is hidden") {
  process::Process process;
  CHECK(check::runtime_text(process) == "?");
  process.executable = "/usr/bin/x";
  CHECK(check::runtime_text(process) == "native");
  process.runtime = process::Runtime::go;
  process.runtime_version = "go1.19.8";
  CHECK(check::runtime_text(process) == "go1.19.8");
  process.runtime = process::Runtime::jvm;
  process.runtime_version = "17.0.15";
  CHECK(check::runtime_text(process) == "jvm 17.0.15");
}

TEST_CASE("text that is no smaps has no mappings") {
  CHECK(check::parse_mappings("").empty());
  CHECK(check::parse_mappings("Rss: 4 kB\nnonsense\n\n").empty());
}

TEST_CASE("an entry of eight bytes is copied for every small page of its own") {
  CHECK(check::copied_tables(of_own_memory(1024 * mebibyte)) == 2 * mebibyte);
}

TEST_CASE("huge pages cost a small part of small ones") {
  check::Mapping huge = of_own_memory(1024 * mebibyte);
  huge.huge = huge.resident;
  CHECK(check::copied_tables(huge) > 0);
  CHECK(check::copied_tables(huge) < 2 * mebibyte / 20);
}

TEST_CASE("pages that are swapped out have entries, too") {
  check::Mapping mapping = of_own_memory(mebibyte);
  mapping.swapped = mebibyte;
  CHECK(check::copied_tables(mapping) == 2 * check::copied_tables(of_own_memory(mebibyte)));
}

TEST_CASE("shared memory, untouched files and MADV_DONTFORK are not copied") {
  check::Mapping shared = of_own_memory(mebibyte);
  shared.is_private = false;
  CHECK(check::copied_tables(shared) == 0);
  check::Mapping file = of_own_memory(mebibyte);
  file.anonymous = 0;
  CHECK(check::copied_tables(file) == 0);
  check::Mapping kept = of_own_memory(mebibyte);
  kept.kept_from_children = true;
  CHECK(check::copied_tables(kept) == 0);
}

TEST_CASE("a child's memory is among its mappings, with what it was told about it") {
  constexpr std::size_t size = 32 * mebibyte;
  const Sleeper child([] {
    fill_memory(size);
    void* const kept =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ::madvise(kept, size, MADV_DONTFORK);
    static_cast<volatile char*>(kept)[0] = 1;
  });
  const auto mappings = check::mappings_of(child.pid());
  REQUIRE(mappings);
  const auto is_large = [](const check::Mapping& mapping) { return mapping.anonymous >= size; };
  CHECK(std::ranges::any_of(*mappings, is_large));
  CHECK(std::ranges::any_of(*mappings, &check::Mapping::kept_from_children));
}

TEST_CASE("of a process that is not there no mappings may be read") {
  CHECK_FALSE(check::mappings_of(2147483647));
}
