// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v2: process, its constructor and wait(), which on Linux launch
// by the default launcher. It forks, and learns by a close-on-exec pipe how the
// exec went. The execution context, made once for each contender, keeps an
// epoll, a timer and an event descriptor; nothing runs it, since nothing waits
// asynchronously.
#include <stdexcept>

#include "lab/contenders/two_steps.hpp"
#include "lab/modules/boost_v2.hpp"
#include "lab/modules/entry.hpp"

namespace {

class BoostV2 : public lab::TwoSteps {
 public:
  explicit BoostV2(const char* program) : program_(program) {}

  lab::Times launch() override try {
    return time([this] { return boost::process::v2::process(context_, program_, no_arguments_); },
                [](auto& child) { return child.wait() == 0; });
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("Boost.Process v2, process: ") + error.what());
  }

 private:
  boost::process::v2::filesystem::path program_;
  std::vector<std::string> no_arguments_;
  boost::asio::io_context context_;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new BoostV2(program); }
