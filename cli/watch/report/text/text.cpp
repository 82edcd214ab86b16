// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/report/report.hpp"
#include "watch/report/text/sections.hpp"

namespace watch {

std::string as_text(const Recording& recording, bool colour) {
  const Analysis analysis = analyze(recording);
  const std::vector<Verdict> verdicts = judge(recording, analysis);
  text::Page page(colour);
  for (const auto put :
       {text::put_backend, text::put_target, text::put_verdicts, text::put_advice, text::put_calls,
        text::put_victims, text::put_meanwhile, text::put_after, text::put_children,
        text::put_fork_lock, text::put_sources, text::put_notices, text::put_overhead}) {
    put(page, {recording, analysis, verdicts});
  }
  return page.text();
}

}  // namespace watch
