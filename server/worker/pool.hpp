// One thread of low priority for what takes long and may wait: password hashing and the account store (decisions.md
// 7). Jobs run in their order; a full queue refuses. Owned by the application, posted to from the front thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace klassenraum::worker {

// At some 100 ms each the last one waits for six seconds; a teacher would not wait longer.
inline constexpr std::size_t kMaxJobs = 64;
// About a tenth of a busy core: a hash takes a second there, media hardly notices.
inline constexpr int kPoolNice = 10;

class Pool {
public:
    Pool();
    ~Pool();  // waits for the job that runs and drops the others
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    bool post(std::function<void()> job);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace klassenraum::worker
