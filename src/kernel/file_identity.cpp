// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/file_identity.hpp"

#include <sys/stat.h>

namespace forklift::kernel {

FileIdentity FileIdentity::of(int descriptor) noexcept {
  struct stat64 now {};
  if (::fstat64(descriptor, &now) < 0) return {};
  return {now.st_dev, now.st_ino, now.st_mode & S_IFMT, now.st_ctim.tv_sec, now.st_ctim.tv_nsec};
}

}  // namespace forklift::kernel
