// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Drives another language's runtime with lines over two pipes. The peer is
// foreign code: every answer has a deadline and a maximum length and is
// checked, and any fault drops the peer, not the lab. Its process group is
// killed before it is reaped, so no grandchild survives.

#include "lab/peers/peer.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <charconv>
#include <forklift/command.hpp>
#include <span>
#include <utility>

#include "lab/measure.hpp"

namespace lab {
namespace {

constexpr int question_number = 3;
constexpr int answer_number = 4;
constexpr Peer::Patience usual_patience = std::chrono::seconds(10);

// Processes started during this scope have no huge pages, whatever their
// language: the flag survives exec (PR_SET_THP_DISABLE(2const)).
class SmallPages {
 public:
  SmallPages() : before_(::prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0)) {
    ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  }
  SmallPages(const SmallPages&) = delete;
  ~SmallPages() { ::prctl(PR_SET_THP_DISABLE, before_ == 1, 0, 0, 0); }

 private:
  int before_;
};

void open_pipe(forklift::Fd (&ends)[2]) {
  int numbers[2];
  if (::pipe2(numbers, O_CLOEXEC) < 0) throw Dropout(fmt::format("pipe: {}", ::strerror(errno)));
  for (int i = 0; i < 2; ++i) ends[i] = forklift::Fd(numbers[i]);
}

// In its own process group, which can be killed as a whole.
forklift::Child start(std::span<const std::string> words, forklift::Fd (&questions)[2]) {
  using forklift::Stdio;
  open_pipe(questions);
  forklift::Command command(words.front());
  command.args(words.subspan(1)).process_group();
  command.in(Stdio::null()).out(Stdio::null()).err(Stdio::null());
  command.descriptor(question_number, Stdio::descriptor(questions[0].get()));
  command.descriptor(answer_number, Stdio::pipe());
  const SmallPages small;
  auto child = command.try_spawn();
  if (!child) throw Dropout(child.error().what());
  return std::move(*child);
}

// The two numbers of "LAUNCH:FINISH"; nothing for any other text.
std::optional<Times> parse_times(const std::string& text) {
  const char* const end = text.data() + text.size();
  Times times;
  const auto launch = std::from_chars(text.data(), end, times.launch);
  if (launch.ec != std::errc() || launch.ptr == end || *launch.ptr != ':') return std::nullopt;
  const auto finish = std::from_chars(launch.ptr + 1, end, times.finish);
  if (finish.ec != std::errc() || finish.ptr != end) return std::nullopt;
  times.hold = times.launch;
  const bool sound = 0 < times.launch && times.launch <= times.finish && times.finish < 1e12;
  return sound ? std::optional(times) : std::nullopt;
}

// Garbage may be long, and not text.
std::string shown(std::string text) {
  constexpr std::size_t most = 60;
  if (text.size() > most) text = text.substr(0, most) + "...";
  for (char& c : text) c = c >= ' ' && c <= '~' ? c : '?';
  return text;
}

}  // namespace

Peer::Peer(const std::vector<std::string>& command) : process_(start(command, questions_)) {}

Peer::~Peer() {
  if (!ended_) end();
}

void Peer::carry(const Load& load) {
  warm_up();
  constexpr std::size_t slowest = 100;  // bytes written in a microsecond, at 4 KiB pages
  const Patience longer(load.rss / slowest / 1000);
  const std::string question = fmt::format("load {} {}", load.rss, load.descriptors);
  const std::string answer = ask(question, usual_patience + longer);
  if (answer != "ready") {
    throw Dropout(fmt::format("it answered '{}' to '{}'", shown(answer), question));
  }
}

// Classes are loaded and code is compiled before the first counted launch.
void Peer::warm_up() {
  constexpr int launches = 200;
  constexpr std::chrono::milliseconds enough{300};
  const auto begin = Clock::now();
  for (int i = 0; i < launches && Clock::now() - begin < enough; ++i) launch();
}

Times Peer::launch() {
  enter(Stage::launching);
  const std::string answer = ask("launch 1", usual_patience);
  enter(Stage::running);
  const auto times = parse_times(answer);
  if (!times) throw Dropout(fmt::format("it answered '{}' to 'launch 1'", shown(answer)));
  return *times;
}

std::string Peer::ask(const std::string& question, Patience patience) {
  const std::string line = question + "\n";
  const auto deadline = Clock::now() + patience;
  if (::write(questions_[1].get(), line.data(), line.size()) < 0) {
    throw Dropout(fmt::format("'{}' cannot be asked: {}", question, ::strerror(errno)));
  }
  const std::string answer = read_line(question, deadline);
  constexpr std::string_view error = "error ";
  if (answer.starts_with(error)) {
    throw Dropout(fmt::format("'{}' failed: {}", question, shown(answer.substr(error.size()))));
  }
  return answer;
}

std::string Peer::read_line(const std::string& question, Clock::time_point deadline) {
  constexpr std::size_t longest_line = 4096;
  const int answers = process_.pipe(answer_number).get();
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (unread_.size() > longest_line) return unread_;
    const auto left = std::chrono::ceil<Patience>(deadline - Clock::now()).count();
    pollfd ready{answers, POLLIN, 0};
    const int came = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
    if (came < 0) continue;  // a signal came
    if (came == 0) throw Dropout(fmt::format("it did not answer '{}' in time", question));
    char piece[512];
    const ssize_t got = ::read(answers, piece, sizeof piece);
    if (got == 0) {
      throw Dropout(fmt::format("it stopped answering at '{}': {}", question, end().text()));
    }
    if (got > 0) unread_.append(piece, static_cast<std::size_t>(got));
  }
}

forklift::ExitStatus Peer::end() {
  constexpr int grace = 1000;  // milliseconds: releasing much memory takes a while
  ended_ = true;
  for (forklift::Fd& end : questions_) end.reset();
  // Wait for its end, but do not reap it before the rest of its group is dead:
  // until then its group id is not reused.
  pollfd gone{process_.pidfd(), POLLIN, 0};
  ::poll(&gone, 1, grace);
  ::kill(-process_.pid(), SIGKILL);
  return process_.wait();
}

}  // namespace lab
