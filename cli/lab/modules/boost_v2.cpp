// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v2: process, its constructor and wait(), which on Linux launch
// by the default launcher. It forks, and learns by a close-on-exec pipe how the
// exec went. The execution context, made once for each contender, keeps an
// epoll, a timer and an event descriptor; nothing runs it, since nothing waits
// asynchronously.
#include <stdexcept>

#include "lab/contenders/stopwatch.hpp"
#include "lab/modules/boost_v2.hpp"
#include "lab/modules/entry.hpp"

namespace {

using lab::Stage;

class BoostV2 : public lab::Contender {
 public:
  explicit BoostV2(const char* program) : program_(program) {}

  lab::Times launch() override try {
    lab::Times times;
    enter(Stage::launching);
    const lab::Stopwatch watch;
    boost::process::v2::process child(context_, program_, no_arguments_);
    times.hold = times.launch = watch.read();
    enter(Stage::waiting_for_child);
    const int status = child.wait();
    times.finish = watch.read();
    enter(Stage::running);
    if (status != 0) throw std::runtime_error("the child failed");
    return times;
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
