// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// stall_target MODE [--mib N] [--threads T] [--calls K] [--interval MS]
//                   [--touch|--idle|--futex] [--pace US] [--slow-exec MS] [--huge]
//
// A heavy process with threads that creates others, and times each creation by
// itself, to check a watcher's report. It prints "ready" and its pid, waits for
// a line on its input, works, and prints one JSON object.
//
// MODE is a way to create a process (see `ways`) or one of: threads (creates
// threads only), none (nothing), storm (forks without a pause), execs (finally
// replaces itself by cat(1)).

#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <forklift/command.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC
using std::chrono::microseconds, std::chrono::milliseconds, std::chrono::nanoseconds;

constexpr std::size_t page = 4096;

struct Wish {
  std::string mode;
  std::size_t mib = 256;
  int threads = 4;
  int calls = 10;
  milliseconds interval{100};
  milliseconds slow_exec{0};
  std::string work = "touch";
  microseconds pace{200};
  bool huge = false;
};

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "stall_target: %s\n", what.c_str());
  std::exit(2);
}

Wish parse(int argc, char** argv) {
  if (argc < 2) refuse("which mode?");
  Wish wish;
  wish.mode = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--touch" || option == "--idle" || option == "--futex") {
      wish.work = option.substr(2);
      continue;
    }
    if (option == "--huge") {
      wish.huge = true;
      continue;
    }
    if (++i == argc) refuse(option + " wants a number");
    const int number = std::atoi(argv[i]);
    if (option == "--mib") {
      wish.mib = static_cast<std::size_t>(number);
    } else if (option == "--threads") {
      wish.threads = number;
    } else if (option == "--calls") {
      wish.calls = number;
    } else if (option == "--interval") {
      wish.interval = milliseconds(number);
    } else if (option == "--pace") {
      wish.pace = microseconds(number);
    } else if (option == "--slow-exec") {
      wish.slow_exec = milliseconds(number);
    } else {
      refuse("no option " + option);
    }
  }
  return wish;
}

// --- memory, and threads that write all over it ---------------------------------

class Ballast {
 public:
  Ballast(std::size_t mib, bool huge) : pages_(mib * 1024 * 1024 / page + 1) {
    void* const memory =
        ::mmap(nullptr, pages_ * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) refuse("no memory");
    ::madvise(memory, pages_ * page, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    memory_ = static_cast<volatile char*>(memory);
    for (std::size_t i = 0; i < pages_; ++i) memory_[i * page] = 1;
  }

  void write(std::uint64_t somewhere, std::size_t within) {
    memory_[somewhere % pages_ * page + within % page] = 1;
  }

 private:
  const std::size_t pages_;
  volatile char* memory_;
};

struct Pause {
  nanoseconds begin;
  nanoseconds end;
};

struct Stalls {
  std::vector<Pause> all;  ///< over 1 ms
  std::size_t count = 0;
  nanoseconds total{};
  nanoseconds longest{};
};

std::mutex shared_lock;
std::atomic<bool> over{false};

void work_once(const std::string& work, Ballast& ballast, std::uint64_t& random, int number) {
  if (work == "futex") {
    const std::lock_guard lock(shared_lock);
  }
  if (work != "touch") return;
  for (int i = 0; i < 32; ++i) {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    ballast.write(random, 64 * static_cast<std::size_t>(number));
  }
}

Stalls work(const Wish& wish, Ballast& ballast, int number) {
  Stalls stalls;
  std::uint64_t random = 88172645463325252U + 7919U * static_cast<std::uint64_t>(number);
  while (!over) {
    const auto begin = Clock::now();
    work_once(wish.work, ballast, random, number);
    const nanoseconds took = Clock::now() - begin;
    stalls.longest = std::max(stalls.longest, took);
    if (took > milliseconds(1)) {
      ++stalls.count;
      stalls.total += took;
      stalls.all.push_back({begin.time_since_epoch(), begin.time_since_epoch() + took});
    }
    std::this_thread::sleep_for(wish.pace);
  }
  return stalls;
}

// --- ways to create a process ------------------------------------------------------

// The result of a call. Its end is waited for after the call has been timed.
struct Made {
  pid_t child = 0;  ///< 0 if the caller does not know, negative if none was created
  std::function<void()> finish = [] {};
};

Made made(pid_t child) {
  return {child, [child] { ::waitpid(child, nullptr, 0); }};
}

char true_name[] = "true";
char* true_words[]{true_name, nullptr};

// The code of a child that executes a program: as little as in a vforked one.
[[noreturn]] void execute(milliseconds delay) {
  const timespec time{delay.count() / 1000, delay.count() % 1000 * 1'000'000};
  if (delay.count() > 0) ::nanosleep(&time, nullptr);
  ::execv("/bin/true", true_words);
  ::_exit(127);
}

}  // namespace

namespace ways {

[[gnu::noinline]] Made by_fork(const Wish&) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return made(child);
}

[[gnu::noinline]] Made by_forkexec(const Wish& wish) {
  const pid_t child = ::fork();
  if (child == 0) execute(wish.slow_exec);
  return made(child);
}

[[gnu::noinline]] Made by_vfork(const Wish& wish) {
  const pid_t child = ::vfork();
  if (child == 0) execute(wish.slow_exec);
  return made(child);
}

[[gnu::noinline]] Made by_posix_spawn(const Wish&) {
  pid_t child = -1;
  ::posix_spawn(&child, "/bin/true", nullptr, nullptr, true_words, environ);
  return made(child);
}

[[gnu::noinline]] Made by_clone(const Wish&) {
  alignas(16) static char stack[65536];
  const auto end = [](void*) -> int { ::_exit(0); };
  return made(::clone(end, stack + sizeof stack, SIGCHLD, nullptr));
}

[[gnu::noinline]] Made by_clone3(const Wish&) {
  clone_args args{};
  args.exit_signal = SIGCHLD;
  const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
  if (child == 0) ::_exit(0);
  return made(child);
}

[[gnu::noinline]] Made by_popen(const Wish&) {
  std::FILE* const output = ::popen("exit 0", "r");
  if (!output) return {-1};
  return {0, [output] { ::pclose(output); }};
}

// Timed including all that the shell does: its start is not visible.
[[gnu::noinline]] Made by_system(const Wish&) {
  const int status = std::system("exit 0");
  return {status == 0 ? 0 : -1};
}

[[gnu::noinline]] Made by_forklift(const Wish&) {
  static std::optional<forklift::Child> child;
  child = forklift::Command("/bin/true").spawn();
  return {child->pid(), [] { child->wait(); }};
}

[[gnu::noinline]] Made by_thread(const Wish&) {
  pthread_t thread{};
  const int error = ::pthread_create(
      &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  if (error != 0) return {-1};
  return {0, [thread] { ::pthread_join(thread, nullptr); }};
}

[[gnu::noinline]] Made by_nothing(const Wish&) { return {}; }

using Way = Made (*)(const Wish&);
const std::map<std::string, Way> all{
    {"fork", by_fork},
    {"forkexec", by_forkexec},
    {"vfork", by_vfork},
    {"clone", by_clone},
    {"posix_spawn", by_posix_spawn},
    {"clone3", by_clone3},
    {"popen", by_popen},
    {"system", by_system},
    {"forklift", by_forklift},
    {"threads", by_thread},
    {"none", by_nothing},
    {"storm", by_fork},
    {"execs", by_fork},
};

}  // namespace ways

namespace {

struct Call {
  nanoseconds begin;
  nanoseconds duration;
  pid_t child;
};

Call time_call(ways::Way way, const Wish& wish) {
  std::unique_lock<std::mutex> lock(shared_lock, std::defer_lock);
  if (wish.work == "futex") lock.lock();
  const auto begin = Clock::now();
  const Made made = way(wish);
  const auto end = Clock::now();
  if (lock) lock.unlock();
  if (made.child < 0) refuse("nothing could be created");
  made.finish();
  return {begin.time_since_epoch(), end - begin, made.child};
}

std::vector<Call> make_calls(const Wish& wish) {
  const ways::Way way = ways::all.at(wish.mode);
  std::vector<Call> calls;
  for (int i = 0; i < wish.calls; ++i) {
    calls.push_back(time_call(way, wish));
    if (wish.mode != "storm") std::this_thread::sleep_for(wish.interval);
  }
  return calls;
}

double in_microseconds(nanoseconds time) { return static_cast<double>(time.count()) / 1e3; }

void print(const Wish& wish, const std::vector<Call>& calls, const std::vector<Stalls>& stalls) {
  std::printf("{\"mode\": \"%s\", \"threads\": %d, \"mib\": %zu, \"calls\": [", wish.mode.c_str(),
              wish.threads, wish.mib);
  for (const Call& call : calls) {
    std::printf("%s{\"begin_ns\": %lld, \"duration_us\": %.1f, \"child\": %d}",
                &call == calls.data() ? "" : ", ", static_cast<long long>(call.begin.count()),
                in_microseconds(call.duration), call.child);
  }
  std::printf("], \"stalls\": [");
  for (const Stalls& of : stalls) {
    std::printf("%s{\"over_1ms\": %zu, \"total_us\": %.1f, \"longest_us\": %.1f, \"all_ns\": [",
                &of == stalls.data() ? "" : ", ", of.count, in_microseconds(of.total),
                in_microseconds(of.longest));
    for (const Pause& pause : of.all) {
      std::printf("%s[%lld, %lld]", &pause == of.all.data() ? "" : ", ",
                  static_cast<long long>(pause.begin.count()),
                  static_cast<long long>(pause.end.count()));
    }
    std::printf("]}");
  }
  std::printf("]}\n");
  std::fflush(stdout);
}

void await_line() {
  std::printf("ready %d\n", ::getpid());
  std::fflush(stdout);
  for (int c = 0; c != '\n';) {
    if ((c = std::getchar()) == EOF) std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Wish wish = parse(argc, argv);
  if (!ways::all.contains(wish.mode)) refuse("no mode " + wish.mode);
  Ballast ballast(wish.mib, wish.huge);
  std::vector<Stalls> stalls(static_cast<std::size_t>(wish.threads));
  std::vector<std::thread> workers;
  for (int i = 0; i < wish.threads; ++i) {
    workers.emplace_back([&, i] { stalls[static_cast<std::size_t>(i)] = work(wish, ballast, i); });
  }
  // The first launch probes the kernel by children of its own.
  if (wish.mode == "forklift") ways::by_forklift(wish).finish();
  await_line();
  const std::vector<Call> calls = make_calls(wish);
  over = true;
  for (std::thread& worker : workers) worker.join();
  print(wish, calls, stalls);
  if (wish.mode == "execs") ::execl("/bin/cat", "cat", nullptr);
}
