// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/command_line.hpp"

#include <memory>
#include <stdexcept>

#include "lab/command_line.hpp"
#include "lab/hang/coroutines.hpp"
#include "lab/hang/hang.hpp"
#include "lab/hang/stuck_exec.hpp"
#include "parsed_option.hpp"
#include "quantity.hpp"
#include "refusal.hpp"

namespace lab::hang {
namespace {

using std::chrono::milliseconds;

// A shell's status for a program killed by SIGINT: a partial report was made.
constexpr int exit_interrupted = 130;

constexpr std::size_t most_threads = 1024;
constexpr std::size_t most_coroutines = 100'000;

template <std::size_t most>
std::size_t number(const std::string& text) {
  return parse_count(text, most);
}

constexpr std::size_t most_rounds = 1000;

void check_explain(const HangRequest& request) {
  if (!request.explain) {
    if (request.rounds) throw Refusal("--rounds is for --explain");
    return;
  }
  if (request.coroutines) throw Refusal("--explain is for threads, not for --coroutines");
  if (!request.contenders.empty()) {
    throw Refusal("--explain has contenders of its own, leave --contender out");
  }
}

// Checks the options in combination.
void check_together(const HangRequest& request) {
  check_explain(request);
  if (request.go && request.rate > 0) {
    throw Refusal("--go launches as fast as it can, not by --rate");
  }
  if (!request.coroutines) {
    if (request.limit) throw Refusal("--limit is for --coroutines");
    if (request.workers.value_or(0) > most_threads) {
      throw Refusal("--workers: '" + std::to_string(*request.workers) +
                    "' is not a number from 1 to " + std::to_string(most_threads) +
                    "; more of them can be --coroutines");
    }
    return;
  }
  if (!request.record.html.empty()) throw Refusal("--html has no page for --coroutines");
  if (request.rate > 0) throw Refusal("--rate is for threads, not for --coroutines");
  if (request.go) throw Refusal("--go is for threads, not for --coroutines");
}

void check_stuck_exec(const HangRequest& request) {
  if (!request.stuck_exec) return;
  if (request.coroutines || request.explain || request.go) {
    throw Refusal(
        "--stuck-exec is an experiment of its own, without --coroutines, --explain, --go");
  }
  if (!request.record.html.empty()) throw Refusal("--html has no page for --stuck-exec");
  if (request.grow || request.length || request.dump_every) {
    throw Refusal("--stuck-exec takes as long as its exec; leave --grow, --for, --dump-every out");
  }
}

bool run_as_asked(const HangRequest& request) {
  check_together(request);
  check_stuck_exec(request);
  if (request.stuck_exec) return run_stuck_exec(request, *request.stuck_exec);
  if (!request.coroutines) return run(request);
#if defined(FORKLIFT_LAB_ASIO)
  return run_coroutines(request);
#else
  throw Refusal("--coroutines: this command was built without Asio (Debian: libasio-dev)");
#endif
}

// Every launch is recorded, so there is a longest run, too.
milliseconds length(const std::string& text) {
  const milliseconds asked = parse_duration(text);
  if (asked >= milliseconds(100) && asked <= std::chrono::minutes(15)) return asked;
  throw std::invalid_argument("'" + text + "' is not between 100ms and 15m");
}

double rate(const std::string& text) { return parse_real(text, 0.1, 1e6); }

milliseconds standstill(const std::string& text) {
  const milliseconds asked = parse_duration(text);
  if (asked >= milliseconds(100) && asked <= std::chrono::minutes(1)) return asked;
  throw std::invalid_argument("'" + text + "' is not between 100ms and 1m");
}

milliseconds interval(const std::string& text) {
  const milliseconds asked = parse_duration(text);
  if (asked.count() == 0 || asked >= milliseconds(100)) return asked;
  throw std::invalid_argument("'" + text + "' is less than 100ms, and not 0");
}

}  // namespace

void add_to(CLI::App& lab, const std::string& line, Action& chosen) {
  CLI::App* const hang =
      lab.add_subcommand("hang", "Launch from many threads and show which wait for the ForkLock");
  const auto request = std::make_shared<HangRequest>();
  request->command_line = line;
  add_parsed(*hang, "--rss", request->rss, parse_size, "Resident memory at the start (default: 4G)")
      ->type_name("SIZE");
  add_parsed(*hang, "--grow", request->grow, parse_rate,
             "Memory to add to it, as 256M/s (default: half of it during the run)")
      ->type_name("RATE");
  add_parsed(*hang, "--workers", request->workers, number<most_coroutines>,
             "Threads or coroutines (default: 16)")
      ->type_name("NUMBER");
  hang->add_flag(
      "--coroutines", request->coroutines,
      "Coroutines on one event loop instead of threads; only forklift does not block it");
  add_parsed(*hang, "--limit", request->limit, number<most_threads>,
             "Children at a time, with --coroutines (default: 64)")
      ->type_name("NUMBER");
  add_parsed(*hang, "--rate", request->rate, rate,
             "Launches per second by all workers (default: as fast as they can)")
      ->type_name("NUMBER");
  add_parsed(*hang, "--for", request->length, length,
             "Time for each contender (default: 30s; with --explain 10s in each round)")
      ->type_name("TIME");
  add_parsed(*hang, "--dump-every", request->dump_every, interval,
             "Print all stacks to standard error this often (default: 10s; 0: on SIGUSR1 only)")
      ->type_name("TIME");
  add_contenders(*hang, request->contenders,
                 "Contenders to run (default: go1.8,go1.9,go1.21,forklift)");
  hang->add_option("--program", request->program,
                   "The program to launch (default: one that does nothing)")
      ->type_name("PROGRAM");
  hang->add_flag("--explain", request->explain,
                 "Effect of each of the two changes of Go 1.9: all four corners, in rounds");
  add_parsed(*hang, "--rounds", request->rounds, number<most_rounds>,
             "Rounds of all contenders, with --explain (default: 12)")
      ->type_name("NUMBER");
  add_parsed(*hang, "--stuck-exec", request->stuck_exec, standstill,
             "Another experiment: block one exec for this long and show what waits for it (root)")
      ->type_name("TIME");
  hang->add_flag("--go,--peers", request->go,
                 "Add the real runtime of the installed Go, unchanged and in all four corners");
  hang->add_flag("--short", request->brief, "1 GiB, 8 workers, 4 s each");
  hang->add_option("--json", request->record.json, "Also write the figures to this file")
      ->type_name("FILE");
  hang->add_option("--html", request->record.html, "Also write a page with the figures to this file")
      ->type_name("FILE");
  hang->callback([request, &chosen] {
    chosen = [request] { return run_as_asked(*request) ? 0 : exit_interrupted; };
  });
}

}  // namespace lab::hang
