// What the C++ compiler is recorded on: templates of the standard library.
#include <algorithm>
#include <iostream>
#include <map>
#include <regex>
#include <string>
#include <vector>

int main()
{
    std::map<std::string, std::vector<int>> lines;
    std::regex word("[a-z]+(-[0-9]+)?");
    std::string line;
    for (int n = 1; std::getline(std::cin, line); n++)
        for (std::sregex_iterator i(line.begin(), line.end(), word), end;
             i != end; ++i)
            lines[i->str()].push_back(n);
    std::vector<std::pair<std::size_t, std::string>> counts;
    for (const auto &entry : lines)
        counts.emplace_back(entry.second.size(), entry.first);
    std::sort(counts.rbegin(), counts.rend());
    for (const auto &count : counts)
        std::cout << count.first << ' ' << count.second << '\n';
}
