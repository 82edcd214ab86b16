// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "watch/report/text/page.hpp"
#include "watch/verdict/verdict.hpp"

/// The sections of the report for people, in order. Empty ones print nothing.
namespace watch::text {

struct Subject {
  const Recording& recording;
  const Analysis& analysis;
  const std::vector<Verdict>& verdicts;
};

void put_backend(Page& page, const Subject& subject);
void put_target(Page& page, const Subject& subject);
void put_verdicts(Page& page, const Subject& subject);
void put_advice(Page& page, const Subject& subject);
void put_calls(Page& page, const Subject& subject);
void put_victims(Page& page, const Subject& subject);
void put_meanwhile(Page& page, const Subject& subject);
void put_after(Page& page, const Subject& subject);
void put_children(Page& page, const Subject& subject);
void put_fork_lock(Page& page, const Subject& subject);
void put_sources(Page& page, const Subject& subject);
void put_notices(Page& page, const Subject& subject);
void put_overhead(Page& page, const Subject& subject);

}  // namespace watch::text
