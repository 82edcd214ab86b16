// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/lines.hpp"

#include <doctest/doctest.h>

TEST_CASE("a paragraph is wrapped between words, none of which is lost") {
  std::string text;
  for (int i = 0; i < 60; ++i) text += (i == 0 ? "" : " ") + std::string("word");
  const std::string wrapped = check::paragraph("first ", "next ", text);
  CHECK(wrapped.starts_with("first word word"));
  CHECK(wrapped.find("\nnext word") != std::string::npos);
  std::size_t words = 0;
  for (std::size_t at = 0; (at = wrapped.find("word", at)) != std::string::npos; ++at) ++words;
  CHECK(words == 60);
  for (std::size_t at = 0; at < wrapped.size();) {
    const std::size_t end = wrapped.find('\n', at);
    CHECK(end - at <= check::columns);
    at = end + 1;
  }
}

TEST_CASE("a word that is longer than a line stands alone") {
  const std::string word(200, 'x');
  CHECK(check::paragraph("", "", "a " + word + " b") == "a\n" + word + "\nb\n");
}

TEST_CASE("a text is cut between characters, and marked") {
  CHECK(check::cut("short", 5) == "short");
  CHECK(check::cut("longer", 5) == "lo...");
  CHECK(check::cut("aÄÄÄÄ", 6) == "aÄ...");
  CHECK(check::cut("aaÄÄÄ", 6) == "aa...");
}
