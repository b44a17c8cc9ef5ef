# g++: a program of threads that throw, catch and hand exceptions over.
cat >x.cc <<'END'
#include <exception>
#include <future>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Fault : std::runtime_error {
    std::vector<std::string> path;
    Fault(const std::string &what) : std::runtime_error(what) {}
};

static void sink(int depth, std::map<int, std::string> &names)
{
    names[depth] = std::string(depth * 7 % 300, 'x');
    try {
        if (depth == 0)
            throw Fault("at the bottom " + std::to_string(names.size()));
        sink(depth - 1, names);
    } catch (Fault &fault) {
        fault.path.push_back(names[depth]);
        throw;
    }
}

static size_t work(int n)
{
    size_t total = 0;
    for (int i = 0; i < 100; i++) {
        std::map<int, std::string> names;
        try {
            sink((n + i) % 40, names);
        } catch (Fault &fault) {
            for (const auto &step : fault.path)
                total += step.size();
        }
    }
    if (n % 2)
        throw Fault("thread " + std::to_string(n));
    return total;
}

int main()
{
    std::vector<std::future<size_t>> results;
    for (int n = 0; n < 16; n++)
        results.push_back(std::async(std::launch::async, work, n));
    for (auto &result : results) {
        try {
            std::cout << result.get() << std::endl;
        } catch (std::exception &fault) {
            std::cout << "caught " << fault.what() << std::endl;
        }
    }
    try {
        std::cout << std::vector<char>(std::string().max_size()).size();
    } catch (std::exception &) {
        std::cout << "too much" << std::endl;
    }
}
END
g++ -O1 -pthread -o x x.cc && ./x
