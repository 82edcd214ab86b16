// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace forklift::launch {

/// The bytes of the second stage's program, an ELF file.
std::span<const std::byte> second_stage_image() noexcept;

}  // namespace forklift::launch
