# Reads, regroups and writes records with a JSON reader and writer of its own:
# small objects, strings, lists and dicts that grow, a phase for each step.
# (The json module would add 60,000 operations of imports to it.)


def generator(state):
    while True:
        state = (state * 1103515245 + 12345) % 2147483648
        yield state >> 8


numbers = generator(1)
syllables = ["ka", "lo", "mi", "ren", "tas", "vor", "pel", "dun", "sha"]


def word():
    number = next(numbers)
    return "".join(syllables[number // 9 ** i % 9] for i in range(1 + number % 4))


words = [word() for _ in range(120)]


def some(count):
    return [words[next(numbers) % len(words)] for _ in range(count)]


def write(value):
    if isinstance(value, str):
        return '"' + value + '"'
    if isinstance(value, list):
        return "[" + ", ".join([write(item) for item in value]) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join([write(k) + ": " + write(v)
                                for k, v in value.items()]) + "}"
    return str(value)


def read(text, at):
    if text[at] == '"':
        end = text.index('"', at + 1)
        return text[at + 1:end], end + 1
    if text[at] in "[{":
        value = [] if text[at] == "[" else {}
        at += 1
        while text[at] not in "]}":
            item, at = read(text, at)
            if text[at] == ":":
                value[item], at = read(text, at + 2)
            else:
                value.append(item)
            at += 2 * (text[at] == ",")
        return value, at + 1
    end = at
    while text[end] not in ",]}":
        end += 1
    return float(text[at:end]), end


records = [{"id": i, "name": " ".join(some(2)), "tags": some(i % 6),
            "price": i * 7919 % 50000 / 100,
            "notes": {"text": " ".join(some(8))}} for i in range(90)]
text = write(records)
del records

parsed, _ = read(text, 0)
by_tag = {}
for entry in parsed:
    for tag in entry["tags"]:
        by_tag.setdefault(tag, []).append(entry)

lines = []
for tag in sorted(by_tag, key=lambda t: (-len(by_tag[t]), t))[:100]:
    total = sum(entry["price"] for entry in by_tag[tag])
    lines.append(f"{tag:>12} {len(by_tag[tag]):4} {total:10.2f}")
del parsed, by_tag
print("\n".join(lines)[:200])
