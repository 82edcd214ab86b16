// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v1: child, its constructor and wait(). It forks, and learns by
// a close-on-exec pipe how the exec went. No side effects on the process.
#include <boost/process/child.hpp>
#include <boost/process/exe.hpp>
#include <stdexcept>

#include "lab/contenders/stopwatch.hpp"
#include "lab/modules/entry.hpp"

namespace {

using lab::Stage;

class BoostV1 : public lab::Contender {
 public:
  explicit BoostV1(const char* program) : program_(program) {}

  lab::Times launch() override try {
    lab::Times times;
    enter(Stage::launching);
    const lab::Stopwatch watch;
    boost::process::child child(boost::process::exe = program_);
    times.hold = times.launch = watch.read();
    enter(Stage::waiting_for_child);
    child.wait();
    times.finish = watch.read();
    enter(Stage::running);
    if (child.exit_code() != 0) throw std::runtime_error("the child failed");
    return times;
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("Boost.Process v1, child: ") + error.what());
  }

 private:
  std::string program_;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new BoostV1(program); }
