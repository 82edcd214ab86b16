// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/page/page_text.hpp"

// Half a megabyte as a string literal takes the compiler seconds; GCC 12 has no
// #embed yet.
asm(R"(
    .pushsection .rodata
    .globl forklift_page_begin
    .globl forklift_page_end
  forklift_page_begin:
    .incbin ")" FORKLIFT_PAGE_TEXT R"("
  forklift_page_end:
    .popsection
)");

extern "C" {
extern const char forklift_page_begin[];
extern const char forklift_page_end[];
}

namespace lab {

std::string_view page_text() { return {forklift_page_begin, forklift_page_end}; }

}  // namespace lab
