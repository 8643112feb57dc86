#include "server/worker/pool.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "server/privacy/memory/wiping.hpp"

namespace klassenraum::worker {

Pool::Pool() : thread_([this] { run(); }) {}

Pool::~Pool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        jobs_.clear();
    }
    changed_.notify_one();
    thread_.join();
}

bool Pool::post(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (jobs_.size() >= kMaxJobs) return false;
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void Pool::run() {
    pthread_setname_np(pthread_self(), "pool");
    // Lower than media, but not idle: on two busy cores an idle-priority hash took 11 to 18 seconds, and a teacher who
    // cannot log in at eight is no better off than one whose picture stutters. On Linux a thread has a nice value of
    // its own (setpriority(2)).
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kPoolNice);
    for (;;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        std::function<void()> job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;  // and with it the password that it held
        privacy::wipe_dead_stack();
    }
}

}  // namespace klassenraum::worker
