// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Not a Go program, but with the data that Go's linker leaves in one.
#include <unistd.h>

namespace {

struct String {
  const char* text;
  unsigned long length;
};

}  // namespace

// A name as in Go, which C++ cannot write.
extern "C" {
extern const String build_version __asm__("runtime.buildVersion");
#if defined(VERSION_AS_VARIABLE)
[[gnu::used, gnu::section(".note.go.buildid")]] const char build_id[] = "id";
const String build_version = {"go1.8.7", 7};
#elif defined(VERSION_AS_ADDRESS)
const String build_version = {"go1.13.4", 8};
struct Info {
  char magic[15];
  char flags;
  const String* version;
  const String* module;
};
// The size of an address takes the place of the text's terminating zero.
[[gnu::used, gnu::section(".go.buildinfo")]] const Info info = {
    {'\xff', ' ', 'G', 'o', ' ', 'b', 'u', 'i', 'l', 'd', 'i', 'n', 'f', ':', 8},
    0,
    &build_version,
    nullptr};
#elif defined(VERSION_AS_TEXT)
[[gnu::used, gnu::section(".go.buildinfo")]] const char info[] =
    "\xff Go buildinf:\x08\x02"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\x08go1.21.3";
#endif
}

int main() {
  for (;;) ::pause();
}
