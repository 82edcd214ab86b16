// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// What the child sees: a list of system calls, and the frame in which one
// launch keeps its own values. Both are plain memory; the child's side is a
// loop over the one that reads and writes the other.

#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>
#include <forklift/step.hpp>
#include <type_traits>

namespace forklift::launch {

/// Where the child takes an argument word from.
enum class From : std::uint8_t {
  value,   ///< the word itself
  text,    ///< the word itself, which points to a string
  texts,   ///< the word itself, which points to a null-terminated array of strings
  data,    ///< the word itself, which points to bytes kept with the plan
  number,  ///< an `int` of the frame: a descriptor that only the launch knows
  word,    ///< a `long` of the frame
  place,   ///< the address of something in the frame
};

struct Argument {
  long value = 0;  ///< for `number`, `word` and `place` the offset in the frame
  From from = From::value;
};

enum class CallKind : std::uint8_t {
  plain,       ///< make the call, see whether its result is accepted
  exec,        ///< does not return when it succeeds; ETXTBSY is tried again
  search,      ///< likewise, and goes on with the next call when nothing is there
  script,      ///< as exec, after one that found no program (ENOEXEC), else left out
  close_each,  ///< what close_range(2) does, for kernels without it
  gate,        ///< waits on a futex until the parent has opened it
};

/// Of a call of the kind `script`, beyond the arguments of execve(2): the script,
/// and, in the second stage, where the list of arguments has to have it.
inline constexpr int script_path = 3;
inline constexpr int script_place = 4;

inline constexpr int nowhere = -1;

/// A child that leaves its parent's table keeps at least the descriptors below
/// this one: the kernel copies that many anyway (`sane_fdtable_size` in
/// fs/file.c), and would close what lies between before the child could go on.
inline constexpr int least_kept = 64;

/// Likewise of a child that may stand still before exec: copies of others'
/// descriptors would stay open for as long as it does.
inline constexpr int least_kept_standing = 3;

/// One system call: its arguments, what counts as success, where its result goes.
struct Call {
  long number = 0;
  CallKind kind = CallKind::plain;
  Step step = Step::exec;
  std::int32_t store = nowhere;  ///< offset of an `int` of the frame
  long least = 0;                ///< the result is accepted from here
  long most = LONG_MAX;          ///< up to here,
  long also = 0;                 ///< and if it is this
  Argument arguments[6]{};
};
static_assert(std::is_trivially_copyable_v<Call>);

struct Plan {
  const Call* calls = nullptr;
  int count = 0;
};

/// How far the child came. `call` is the one it is at or failed in; equal to
/// the plan's count when every place was searched in vain.
struct Outcome {
  int call = 0;
  int error = 0;    ///< a positive errno, 0 as long as nothing has failed
  int retries = 0;  ///< how often an exec found its file busy
  int lock = 0;     ///< what locking the report pipe came to: 0 or `-errno`
};

/// A word that the frame holds from the start.
struct Fill {
  long offset = 0;
  long value = 0;
  bool is_address = false;  ///< of bytes kept with the plan
};

/// A robust futex with its list, as the kernel walks it (<linux/futex.h>).
struct RobustList {
  void* entry;        ///< points to `node`
  long futex_offset;  ///< from `node` to the futex word
  void* pending;      ///< null
  void* node;         ///< the only entry; points back to `entry`
};

/// The memory of one launch that the child reads and writes. The values that a
/// plan needs beyond these lie behind it.
struct Frame {
  std::uint32_t running;  ///< 0, or marked by the kernel, once the child has left
  int mailbox;            ///< descriptor of the receiving end
  int report;             ///< descriptor of the report pipe's writing end
  long kept;              ///< descriptors below this one stay with the child
  long before_mailbox;    ///< the last descriptor below it
  int tell;               ///< where a failure is written, too; -1: nowhere
  std::uint32_t gate;     ///< 0 as long as the child has to wait
  char** environment;
  RobustList robust;
  Outcome outcome;
  Plan plan;
};
static_assert(std::is_trivially_copyable_v<Frame>);

}  // namespace forklift::launch
