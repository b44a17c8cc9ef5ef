# nginx serves files to curl, compressed and not, and to ab.
mkdir www
cp "$ROOT"/traces/*.rep www
port=$((20000 + $$ % 20000))
cat >conf <<END
daemon off;
worker_processes 2;
pid $PWD/pid;
error_log $PWD/errors;
events { worker_connections 64; }
http {
    access_log off;
    gzip on;
    gzip_types *;
    server { listen 127.0.0.1:$port; root $PWD/www; autoindex on; }
}
END
[ "$(id -u)" -ne 0 ] || sed -i "1i user root;" conf
nginx -e "$PWD/errors" -p "$PWD" -c "$PWD/conf" &
server=$!
trap 'kill $server; wait $server' EXIT
site=http://127.0.0.1:$port
until curl -s -o page $site/; do sleep 0.1; done
sed -n 's/.*href="\([^"]*\)".*/\1/p' page
for file in www/*.rep; do
    curl -s $site/${file#www/} | cmp - "$file" || exit
    curl -s --compressed $site/${file#www/} | cmp - "$file" || exit
done
curl -s -o /dev/null -w '%{http_code}\n' $site/none
ab -q -n 500 -c 8 -H 'Accept-Encoding: gzip' $site/short.rep |
    grep -E '^(Complete|Failed|Document Length|Total transferred)'
ab -q -k -n 2000 -c 8 $site/cc1.rep |
    grep -E '^(Complete|Failed|Document Length|HTML transferred)'
kill -QUIT $server
wait $server
echo "ended $?"
trap - EXIT
