# Builds, writes, reads and regroups records: small objects, strings, dicts
# that grow, and a phase for each step.
import json

state = 1
syllables = ["ka", "lo", "mi", "ren", "tas", "vor", "pel", "dun", "sha"]


def below(limit):
    global state
    state = (state * 1103515245 + 12345) % 2147483648
    return (state >> 8) % limit


def word():
    return "".join(syllables[below(9)] for _ in range(1 + below(4)))


words = [word() for _ in range(60)]


def some(count):
    return [words[below(len(words))] for _ in range(count)]


def record(number):
    return {
        "id": number,
        "name": " ".join(some(2)),
        "tags": some(below(6)),
        "price": below(50000) / 100,
        "notes": {"text": " ".join(some(8))},
    }


records = [record(i) for i in range(60)]
text = json.dumps(records, indent=1)
del records

parsed = json.loads(text)
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
