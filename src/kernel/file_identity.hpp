// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace forklift::kernel {

/// The file behind a descriptor. The program may close a number that the
/// library keeps, and reuse it for another file.
struct FileIdentity {
  dev_t device = 0;
  ino64_t inode = 0;
  mode_t kind = 0;           ///< S_IFMT; 0: no file
  std::int64_t seconds = 0;  ///< of its last change of status
  std::int64_t nanoseconds = 0;

  /// A closed descriptor's identity equals no file's.
  static FileIdentity of(int descriptor) noexcept;

  bool is_file() const noexcept { return kind != 0; }
  bool operator==(const FileIdentity&) const noexcept = default;
};

}  // namespace forklift::kernel
