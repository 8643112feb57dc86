#include "server/worker/pool.hpp"

#include <pthread.h>
#include <sched.h>

#include <utility>

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
    const sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
    for (;;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        const std::function<void()> job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
    }
}

}  // namespace klassenraum::worker
