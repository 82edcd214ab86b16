// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace forklift::kernel {

/// write(2) that raises no SIGPIPE if there is no reader.
///
/// Uses RWF_NOSIGNAL (Linux 6.18). Else SIGPIPE is blocked for this thread
/// meanwhile, and the one that the write raised is removed, so that neither the
/// process's dispositions nor an earlier pending SIGPIPE change.
/// Errors: `-errno`, -EPIPE among them. Threads: any.
long write_quietly(int descriptor, const void* bytes, std::size_t size) noexcept;

/// The same for a file: also no SIGXFSZ beyond RLIMIT_FSIZE, which RWF_NOSIGNAL
/// does not prevent (mm/filemap.c, `generic_write_check_limits`).
///
/// Errors: `-errno`, -EFBIG among them. Up to the limit the write is short.
long write_file_quietly(int descriptor, const void* bytes, std::size_t size) noexcept;

}  // namespace forklift::kernel
