# redis-server under redis-benchmark; saves in a child, starts again, and has
# what it had.
start() {
    redis-server --port 0 --unixsocket "$PWD/redis" --save '' \
        --enable-debug-command yes --hash-max-listpack-entries 64 >>log 2>&1 &
    server=$!
    until redis-cli -s redis ping 2>/dev/null | grep -q PONG; do
        kill -0 "$server" || exit
        sleep 0.1
    done
}
# An old server must be gone: it removes the socket by its name.
trap 'kill $server; wait $server; tail -n 40 log >&2' EXIT
ask() { redis-cli -s redis "$@"; }

start
redis-benchmark -s redis -q -n 5000 -c 20 -P 4 -d 200 \
    -t set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset 2>&1 |
    tr '\r' '\n' | sed -n 's/: [0-9.]* requests.*//p' | sort -u
i=0
while [ $i -lt 5000 ]; do
    echo "set k$i $i"
    echo "append log$((i % 50)) entry$i"
    echo "hset h$((i % 20)) f$i $((i * i))"
    echo "zadd z $i m$i"
    [ $((i % 3)) -ne 0 ] || echo "del k$((i / 2))"
    i=$((i + 1))
done | redis-cli -s redis | sort | uniq -c | sort -n | tail -n 2
ask flushall async
seq 20000 | sed 's/.*/set key& value&\nrpush list& &/' | redis-cli -s redis |
    sort | uniq -c
ask bgsave
until ask info persistence | grep -q 'rdb_bgsave_in_progress:0'; do
    kill -0 "$server" || exit
    sleep 0.1
done
ask dbsize
ask debug digest
ask shutdown nosave
wait "$server"
echo "ended $?"
start
ask dbsize
ask debug digest
