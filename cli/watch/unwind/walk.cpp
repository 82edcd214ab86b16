// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/unwind/walk.hpp"

#include <array>

#include "watch/unwind/launch_spot.hpp"

namespace watch {
namespace {

#if defined(__x86_64__)

// By their DWARF numbers: System V ABI for AMD64, figure 3.36.
std::array<Dwarf_Word, 17> in_order(const Registers& r) {
  return {r.ax, r.dx,  r.cx,  r.bx,  r.si,  r.di,  r.bp,  r.sp, r.r8,
          r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.ip};
}

#else

std::array<Dwarf_Word, 32> in_order(const Registers& r) {
  std::array<Dwarf_Word, 32> numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = r.general[i];
  return numbers;
}

#endif

}  // namespace

struct Walk::Answers {
  static pid_t next_thread(Dwfl*, void* walk, void** thread) {
    if (*thread) return 0;
    *thread = walk;
    return static_cast<Walk*>(walk)->copy_->thread;
  }

  static bool get_thread(Dwfl*, pid_t, void* walk, void** thread) {
    *thread = walk;
    return true;
  }

  static bool read_memory(Dwfl*, Dwarf_Addr address, Dwarf_Word* result, void* walk) {
    const auto word = word_at(*static_cast<Walk*>(walk)->copy_, address);
    if (word) *result = *word;
    if (!word) static_cast<Walk*>(walk)->torn_ = true;
    return word.has_value();
  }

  static bool set_registers(Dwfl_Thread* thread, void* walk) {
    Registers& begin = static_cast<Walk*>(walk)->begin_;
    const auto numbers = in_order(begin);
    ::dwfl_thread_state_register_pc(thread, instruction_pointer(begin));
    return ::dwfl_thread_state_registers(thread, 0, static_cast<unsigned>(numbers.size()),
                                         numbers.data());
  }

  static int take(Dwfl_Frame* frame, void* walk) {
    auto& frames = static_cast<Walk*>(walk)->frames_;
    Dwarf_Addr address = 0;
    bool interrupted = false;
    if (!::dwfl_frame_pc(frame, &address, &interrupted)) return DWARF_CB_ABORT;
    frames.push_back({address, !interrupted});
    return frames.size() < most_frames ? DWARF_CB_OK : DWARF_CB_ABORT;
  }

  static constexpr Dwfl_Thread_Callbacks all{.next_thread = next_thread,
                                             .get_thread = get_thread,
                                             .memory_read = read_memory,
                                             .set_initial_registers = set_registers,
                                             .detach = nullptr,
                                             .thread_detach = nullptr};
};

// The modules' files identify the processor: a process with no readable file is
// not walked.
Walk::Walk(std::shared_ptr<Modules> modules)
    : modules_(std::move(modules)),
      attached_(::dwfl_attach_state(modules_->session(), nullptr, modules_->pid(), &Answers::all,
                                    this)) {}

Way Walk::from(const Registers& begin, const StackCopy& copy) {
  copy_ = &copy;
  begin_ = begin;
  frames_.clear();
  torn_ = false;
  if (!attached_) return {};
  const int end =
      ::dwfl_getthread_frames(modules_->session(), modules_->pid(), Answers::take, this);
  // A caller that could not be read looks like an end, too.
  return {std::move(frames_), end == 0 && !torn_};
}

}  // namespace watch
