// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Loads and attaches the BPF programs with libbpf. Kernels differ in their
// tracepoints, so an optional program is loaded only if the kernel's types
// (BTF) or tracefs have its hook; what was found decides the sources of the
// figures. Clocks on each processor sample the time within faults.

#include "watch/tracing/session.hpp"

#include <fmt/core.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "watch/tracing/syscall_table.hpp"
#include "watch/tracing/libbpf_log.hpp"
#include "watch/tracing/skeleton.hpp"

namespace watch::tracing {
namespace {

bool is_tracepoint_here(const btf* kernel, std::string_view name) {
  const std::string type = fmt::format("btf_trace_{}", name);
  return btf__find_by_name_kind(kernel, type.c_str(), BTF_KIND_TYPEDEF) > 0;
}

// libbpf looks there, too.
bool is_hookable(std::string_view system_call_tracepoint) {
  for (const char* root : {"/sys/kernel/debug/tracing", "/sys/kernel/tracing"}) {
    if (::access(root, F_OK) != 0) continue;
    const auto id = fmt::format("{}/events/syscalls/{}/id", root, system_call_tracepoint);
    return ::access(id.c_str(), R_OK) == 0;
  }
  return false;
}

void load_if(bpf_program* program, bool wanted) { bpf_program__set_autoload(program, wanted); }

// The clock of one processor; the hook runs once every `sample_period`.
int open_clock(int processor) {
  perf_event_attr clock{};
  clock.size = sizeof clock;
  clock.type = PERF_TYPE_SOFTWARE;
  clock.config = PERF_COUNT_SW_CPU_CLOCK;
  clock.sample_period = static_cast<std::uint64_t>(sample_period.count());
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &clock, -1, processor, -1, PERF_FLAG_FD_CLOEXEC));
}

struct Release {
  void operator()(watch_hooks* hooks) const { watch_hooks__destroy(hooks); }
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
  void operator()(ring_buffer* buffer) const { ring_buffer__free(buffer); }
  void operator()(btf* types) const { btf__free(types); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

[[noreturn]] void refuse(std::string_view what, int error) {
  throw Unavailable(fmt::format("{}: {}", what, std::strerror(error)),
                    "look at what `forklift doctor` says of eBPF");
}

}  // namespace

class Session::Hooks {
 public:
  void open() {
    keep_quiet();
    kernel_.reset(btf__load_vmlinux_btf());
    if (!kernel_) refuse("the kernel does not describe its types (/sys/kernel/btf/vmlinux)", errno);
    hooks_.reset(watch_hooks__open());
    if (!hooks_) refuse("the hooks cannot be read", errno);
  }

  void fill_in(pid_t target, const ObserverOptions& options) {
    auto& constants = *hooks_->rodata;
    constants.target = static_cast<__u32>(target);
    constants.detail = options.detail;
    constants.stacks = options.stacks;
    constants.way_back = static_cast<__u64>(way_back.count());
    constants.least_wait = static_cast<__u64>(options.least_wait.count());
    fill_syscall_kinds(constants.syscall_kinds);
  }

  bool choose_exec() {
    const bool here = is_tracepoint_here(kernel_.get(), "sched_prepare_exec");
    load_if(hooks_->progs.on_exec_prepared, here);
    return here;
  }

  bool choose_faults() {
    const bool here = is_tracepoint_here(kernel_.get(), "page_fault_user") &&
                      is_tracepoint_here(kernel_.get(), "page_fault_kernel");
    load_if(hooks_->progs.on_fault, here);
    load_if(hooks_->progs.on_kernel_fault, here);
    return here;
  }

  // Recent architectures have neither fork(2) nor vfork(2).
  void choose_detail() {
    auto& programs = hooks_->progs;
    if (!is_hookable("sys_enter_clone")) {
      load_if(programs.entered_any, true);
      load_if(programs.left_any, true);
      return;
    }
    for (bpf_program* program :
         {programs.entered_clone, programs.entered_clone3, programs.left_clone,
          programs.left_clone3, programs.entered_execve, programs.entered_execveat})
      load_if(program, true);
    for (bpf_program* program :
         {programs.entered_fork, programs.entered_vfork, programs.left_fork, programs.left_vfork})
      load_if(program, is_hookable("sys_enter_fork"));
  }

  void attach() {
    if (const int error = watch_hooks__load(hooks_.get()))
      refuse("the kernel refuses the hooks", -error);
    if (const int error = watch_hooks__attach(hooks_.get()))
      refuse("the hooks cannot be attached", -error);
    kernel_.reset();
    hooks_->bss->attached_at =
        static_cast<__u64>(std::chrono::steady_clock::now().time_since_epoch() / Nanoseconds(1));
  }

  // Without them only the time within faults is unknown.
  bool attach_clocks() {
    const int processors = libbpf_num_possible_cpus();
    for (int processor = 0; processor < processors; ++processor) {
      const int clock = open_clock(processor);
      if (clock < 0) continue;
      Owned<bpf_link> link(bpf_program__attach_perf_event(hooks_->progs.on_sample, clock));
      if (link)
        clocks_.push_back(std::move(link));
      else
        ::close(clock);
    }
    return !clocks_.empty();
  }

  void listen() {
    buffer_.reset(ring_buffer__new(bpf_map__fd(hooks_->maps.records), &Hooks::give, this, nullptr));
    if (!buffer_) refuse("the hooks' records cannot be read", errno);
  }

  void poll(std::chrono::milliseconds patience, const Take& take) {
    take_ = &take;
    ring_buffer__poll(buffer_.get(), static_cast<int>(patience.count()));
    ring_buffer__consume(buffer_.get());
    take_ = nullptr;
  }

  watch_counters counters() const { return hooks_->bss->counters; }

  std::vector<std::pair<pid_t, watch_thread>> threads() const {
    const int map = bpf_map__fd(hooks_->maps.threads);
    std::vector<std::pair<pid_t, watch_thread>> found;
    __u32 key = 0;
    const __u32* before = nullptr;
    while (bpf_map_get_next_key(map, before, &key) == 0) {
      watch_thread thread{};
      if (bpf_map_lookup_elem(map, &key, &thread) == 0)
        found.emplace_back(static_cast<pid_t>(key), thread);
      before = &key;
    }
    return found;
  }

  HookCost cost() const {
    HookCost cost;
    bpf_program* program = nullptr;
    while ((program = bpf_object__next_program(hooks_->obj, program)) != nullptr) {
      bpf_prog_info about{};
      __u32 size = sizeof about;
      const int fd = bpf_program__fd(program);
      if (fd < 0 || bpf_obj_get_info_by_fd(fd, &about, &size) != 0) continue;
      cost.time += Nanoseconds(about.run_time_ns);
      cost.runs += about.run_cnt;
    }
    return cost;
  }

 private:
  static int give(void* self, void* record, std::size_t size) {
    const auto* hooks = static_cast<Hooks*>(self);
    (*hooks->take_)({static_cast<const std::byte*>(record), size});
    return 0;
  }

  Owned<btf> kernel_;
  Owned<watch_hooks> hooks_;
  std::vector<Owned<bpf_link>> clocks_;
  Owned<ring_buffer> buffer_;
  const Take* take_ = nullptr;
};

Session::Session(pid_t target, const ObserverOptions& options) : hooks_(std::make_unique<Hooks>()) {
  hooks_->open();
  hooks_->fill_in(target, options);
  sees_exec_begin_ = hooks_->choose_exec() || options.detail;
  counts_faults_ = hooks_->choose_faults();
  if (options.detail) hooks_->choose_detail();
  hooks_->attach();
  takes_samples_ = hooks_->attach_clocks();
  hooks_->listen();
}

Session::~Session() = default;

void Session::poll(std::chrono::milliseconds patience, const Take& take) {
  hooks_->poll(patience, take);
}

watch_counters Session::counters() const { return hooks_->counters(); }

std::vector<std::pair<pid_t, watch_thread>> Session::threads() const { return hooks_->threads(); }

HookCost Session::cost() const { return hooks_->cost(); }

}  // namespace watch::tracing
