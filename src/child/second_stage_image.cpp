// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "child/second_stage_image.hpp"

// The build defines the path of the program that it made.
asm(".pushsection .rodata\n"
    ".balign 16\n"
    "forklift_second_stage_begin:\n"
    ".incbin \"" FORKLIFT_SECOND_STAGE
    "\"\n"
    "forklift_second_stage_end:\n"
    ".globl forklift_second_stage_begin\n"
    ".hidden forklift_second_stage_begin\n"
    ".globl forklift_second_stage_end\n"
    ".hidden forklift_second_stage_end\n"
    ".popsection\n");

extern "C" {
[[gnu::visibility("hidden")]] extern const std::byte forklift_second_stage_begin[];
[[gnu::visibility("hidden")]] extern const std::byte forklift_second_stage_end[];
}

namespace forklift::launch {

std::span<const std::byte> second_stage_image() noexcept {
  return {forklift_second_stage_begin, forklift_second_stage_end};
}

}  // namespace forklift::launch
