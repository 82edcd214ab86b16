// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// How fast `output()` takes what a program prints, beside a plain loop of
// read(2) on a pipe of 1 MiB. Without arguments a test: some attempts with a
// quarter of a gibibyte. With BYTES ROUNDS it measures and prints JSON.

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <forklift/command.hpp>
#include <fstream>
#include <string>
#include <vector>

using forklift::Child, forklift::Command, forklift::OutputOptions, forklift::Sink, forklift::Stdio;

namespace {

constexpr std::size_t mebibyte = 1 << 20;

long resident_mebibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6) / 1024;
  }
  return 0;
}

// The printing program: pieces of 64 KiB, which it need not generate.
int print(std::size_t bytes) {
  static const std::vector<char> piece(65536, 'x');
  while (bytes > 0) {
    const ssize_t size = ::write(1, piece.data(), std::min(bytes, piece.size()));
    if (size < 0) return 1;
    bytes -= static_cast<std::size_t>(size);
  }
  return 0;
}

Command printer(std::size_t bytes) {
  return Command("/proc/self/exe").args({"print", std::to_string(bytes)});
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void insist(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

double plain_loop(const Command& printer, std::size_t bytes) {
  static std::vector<char> buffer(mebibyte);
  const auto start = Clock::now();
  Child child = Command(printer).out(Stdio::pipe()).spawn();
  ::fcntl(child.out().get(), F_SETPIPE_SZ, static_cast<int>(mebibyte));
  std::size_t total = 0;
  for (ssize_t size; (size = ::read(child.out().get(), buffer.data(), buffer.size())) > 0;) {
    total += static_cast<std::size_t>(size);
  }
  insist(child.wait().success() && total == bytes, "the plain loop lost something");
  return seconds_since(start);
}

double ours(const Command& printer, const OutputOptions& options) {
  const auto start = Clock::now();
  const auto output = printer.output(options);
  insist(output.status.success(), "the printer failed");
  insist(output.out.size() <= options.limit, "more was kept than asked");
  return seconds_since(start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// One round of each after the other, so that drift affects all.
struct Contest {
  std::vector<double> plain, limited, pieces, kept;

  Contest(std::size_t bytes, std::size_t rounds, bool all) {
    const Command command = printer(bytes);
    for (std::size_t round = 0; round < rounds; ++round) {
      plain.push_back(plain_loop(command, bytes));
      limited.push_back(ours(command, {.limit = mebibyte}));
      if (!all) continue;
      std::size_t seen = 0;
      pieces.push_back(
          ours(command, {.out = Sink::pieces([&](auto piece) { seen += piece.size(); })}));
      insist(seen == bytes, "pieces are missing");
    }
  }
};

std::vector<double> ratios(const std::vector<double>& plain, const std::vector<double>& other) {
  std::vector<double> result;
  for (std::size_t i = 0; i < plain.size(); ++i) result.push_back(plain[i] / other[i]);
  return result;
}

void print_seconds(const char* name, const std::vector<double>& seconds, std::size_t bytes,
                   const std::vector<double>& plain) {
  auto ratio = ratios(plain, seconds);
  std::sort(ratio.begin(), ratio.end());
  // The median's interval by order statistics, at least 95 % from 6 rounds on.
  const auto n = static_cast<double>(ratio.size());
  const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(n / 2 - 0.98 * std::sqrt(n))));
  std::printf("  \"%s\": {\"seconds\": [", name);
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    std::printf("%s%.4f", i ? ", " : "", seconds[i]);
  }
  std::printf("],\n    \"median_seconds\": %.4f, \"gibibytes_per_second\": %.3f,\n",
              median(seconds), static_cast<double>(bytes) / (1024.0 * mebibyte) / median(seconds));
  std::printf("    \"throughput_ratio\": %.3f, \"interval\": [%.3f, %.3f]}", median(ratio),
              ratio[low], ratio[ratio.size() - 1 - low]);
}

int measure(std::size_t bytes, std::size_t rounds) {
  const long before = resident_mebibytes();
  Contest(bytes, 1, true);  // warms up
  const Contest contest(bytes, rounds, true);
  const long after = resident_mebibytes();
  utsname system{};
  ::uname(&system);
  std::printf("{\n  \"command\": \"build/release/tests/throughput %zu %zu\",\n", bytes, rounds);
  std::printf("  \"kernel\": \"Linux %s\", \"processors\": %ld,\n", system.release,
              ::sysconf(_SC_NPROCESSORS_ONLN));
  std::printf("  \"bytes\": %zu, \"rounds\": %zu, \"limit\": %zu,\n", bytes, rounds, mebibyte);
  std::printf("  \"resident_grew_mebibytes\": %ld,\n", after - before);
  print_seconds("plain read loop", contest.plain, bytes, contest.plain);
  std::printf(",\n");
  print_seconds("output, limit 1 MiB", contest.limited, bytes, contest.plain);
  std::printf(",\n");
  print_seconds("output, pieces", contest.pieces, bytes, contest.plain);
  std::printf("\n}\n");
  return 0;
}

int test() {
  constexpr std::size_t bytes = 256 * mebibyte;
  constexpr double enough = 0.95;
  constexpr long most = 16;  // the limit, the pieces, and room for an allocator
  const long before = resident_mebibytes();
  double best = 0;
  for (int attempt = 0; attempt < 3 && best < enough; ++attempt) {
    const Contest contest(bytes, 5, false);
    best = std::max(best, median(ratios(contest.plain, contest.limited)));
  }
  const long grown = resident_mebibytes() - before;
  std::printf("ratio to the plain loop %.2f, %ld MiB more resident\n", best, grown);
  return best >= enough && grown <= most ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "print") == 0) return print(std::stoul(argv[2]));
  if (argc == 3) return measure(std::stoul(argv[1]), std::stoul(argv[2]));
  return test();
}
