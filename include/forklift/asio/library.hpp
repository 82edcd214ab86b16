// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Selects one of the two Asios: Boost.Asio where FORKLIFT_BOOST_ASIO is defined
// (by the target `forklift::boost_asio`), else standalone Asio. One program can
// use both, in different translation units.

#pragma once

#if defined(FORKLIFT_BOOST_ASIO)
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/version.hpp>
#include <boost/asio/writable_pipe.hpp>

namespace boost::asio {
template <class>
class basic_yield_context;  // of spawn.hpp, which needs Boost.Context
}
#define FORKLIFT_WHICH_ASIO with_boost_asio
namespace forklift::inline FORKLIFT_WHICH_ASIO {
namespace aio = ::boost::asio;
using AioError = ::boost::system::error_code;
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
#else
#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/posix/basic_stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/readable_pipe.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/version.hpp>
#include <asio/writable_pipe.hpp>

namespace asio {
template <class>
class basic_yield_context;  // of spawn.hpp, which needs Boost.Coroutine
}
#define FORKLIFT_WHICH_ASIO with_asio
namespace forklift::inline FORKLIFT_WHICH_ASIO {
namespace aio = ::asio;
using AioError = ::asio::error_code;
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
#endif
