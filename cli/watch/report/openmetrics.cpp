// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// OpenMetrics 1.0, in the subset shared with the older text format, which the
// textfile collector reads and which has neither info nor unit.
#include <fmt/core.h>

#include "watch/report/report.hpp"
#include "watch/verdict/rules.hpp"

namespace watch {
namespace {

using Label = std::pair<const char*, std::string>;
using rules::seconds;

std::string escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      escaped += c;
    }
  }
  return escaped;
}

class Metrics {
 public:
  explicit Metrics(const Header& header)
      : common_({{"pid", std::to_string(header.target.pid)},
                 {"name", header.target.name},
                 {"backend", name(header.backend)}}) {}

  void family(const std::string& name, const char* type, const char* unit, const char* help) {
    family_ = "forklift_watch_" + name;
    text_ += fmt::format("# TYPE {} {}\n", family_, type);
    if (*unit) text_ += fmt::format("# UNIT {} {}\n", family_, unit);
    text_ += fmt::format("# HELP {} {}\n", family_, help);
  }

  void sample(const char* suffix, const std::vector<Label>& labels, double value) {
    std::string text;
    const auto add = [&text](const Label& label) {
      text +=
          fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", label.first, escape(label.second));
    };
    for (const Label& label : common_) add(label);
    for (const Label& label : labels) add(label);
    text_ += fmt::format("{}{}{{{}}} {}\n", family_, suffix, text, value);
  }

  std::string finish() && { return std::move(text_) + "# EOF\n"; }

 private:
  const std::vector<Label> common_;
  std::string family_;
  std::string text_;
};

double number(std::size_t count) { return static_cast<double>(count); }

void put_times(Metrics& metrics, const Analysis& analysis) {
  metrics.family("call_seconds", "histogram", "seconds", "How long creating a process took.");
  for (const Group& kind : analysis.kinds) {
    std::size_t so_far = 0;
    for (const Bin& bin : kind.histogram) {
      so_far += bin.count;
      metrics.sample("_bucket",
                     {{"kind", kind.kind}, {"le", fmt::format("{}", seconds(bin.below))}},
                     number(so_far));
    }
    metrics.sample("_bucket", {{"kind", kind.kind}, {"le", "+Inf"}}, number(kind.time.count));
    metrics.sample("_sum", {{"kind", kind.kind}}, seconds(kind.time.total));
    metrics.sample("_count", {{"kind", kind.kind}}, number(kind.time.count));
  }
}

void put_stalls(Metrics& metrics, const Analysis& analysis) {
  if (!analysis.all.until_ran) return;
  metrics.family("caller_stall_seconds", "summary", "seconds",
                 "How long callers waited until they ran again.");
  for (const Group& kind : analysis.kinds) {
    if (!kind.until_ran) continue;
    metrics.sample("_sum", {{"kind", kind.kind}}, seconds(kind.until_ran->total));
    metrics.sample("_count", {{"kind", kind.kind}}, number(kind.until_ran->count));
  }
}

void put_calls(Metrics& metrics, const Analysis& analysis) {
  metrics.family("calls", "counter", "", "Calls that create a process.");
  for (const Group& kind : analysis.kinds) {
    metrics.sample("_total", {{"kind", kind.kind}}, number(kind.calls));
  }
  metrics.family("failed_calls", "counter", "", "Calls that created none.");
  for (const Group& kind : analysis.kinds) {
    metrics.sample("_total", {{"kind", kind.kind}}, number(kind.failures));
  }
  put_times(metrics, analysis);
  put_stalls(metrics, analysis);
}

void put_blocked(Metrics& metrics, const Analysis& analysis) {
  metrics.family("victim_waits", "counter", "", "Waits of other threads caused by copying calls.");
  metrics.sample("_total", {}, number(analysis.victims.all.events));
  metrics.family("victim_seconds", "counter", "seconds",
                 "Time for which copying calls blocked other threads.");
  metrics.sample("_total", {}, seconds(analysis.explained));
  metrics.family("blocked_seconds", "counter", "seconds",
                 "Time for which threads were blocked for any reason seen.");
  metrics.sample("_total", {}, seconds(analysis.blocked));
  metrics.family("longest_victim_wait_seconds", "gauge", "seconds",
                 "The longest wait caused by a copying call.");
  metrics.sample("", {}, seconds(analysis.victims.all.time.max));
  metrics.family("explained_ratio", "gauge", "ratio",
                 "The part of the blocked time that creating processes explains.");
  metrics.sample("", {}, analysis.explained_share);
}

void put_after(Metrics& metrics, const Aftermath& after) {
  metrics.family("copy_faults", "counter", "", "Copy-on-write faults after copying calls.");
  metrics.sample("_total", {}, after.copy_faults);
  if (!after.fault_time) return;
  metrics.family("copy_fault_seconds", "counter", "seconds",
                 "Processor time in page faults after copying calls.");
  metrics.sample("_total", {}, seconds(*after.fault_time));
}

void put_verdicts(Metrics& metrics, const std::vector<Verdict>& verdicts) {
  metrics.family("verdict", "gauge", "", "A verdict that applies.");
  for (const Verdict& verdict : verdicts) {
    metrics.sample("", {{"id", verdict.id}, {"confidence", name(verdict.confidence)}}, 1);
  }
}

}  // namespace

std::string as_openmetrics(const Recording& recording) {
  const Analysis analysis = analyze(recording);
  Metrics metrics(recording.header);
  metrics.family("watched_seconds", "gauge", "seconds", "How long the process was watched.");
  metrics.sample("", {}, seconds(analysis.watched));
  put_calls(metrics, analysis);
  put_blocked(metrics, analysis);
  if (analysis.after) put_after(metrics, *analysis.after);
  put_verdicts(metrics, judge(recording, analysis));
  return std::move(metrics).finish();
}

}  // namespace watch
