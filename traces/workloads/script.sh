# Shell functions, arrays, string operations and here documents; no commands
# from outside, so that one process does it all.
primes=()
for ((n = 2; n < 70; n++)); do
    prime=1
    for p in "${primes[@]}"; do
        ((p * p > n)) && break
        ((n % p == 0)) && prime=0 && break
    done
    ((prime)) && primes+=("$n")
done

declare -A seen
join() { local IFS=$1; shift; echo "$*"; }
for n in "${primes[@]}"; do
    digits=$n
    key=
    while [[ -n $digits ]]; do
        key=${digits: -1}$key-
        digits=${digits%?}
    done
    seen[$key]=$((${seen[$key]:-0} + 1))
done
text=$(join , "${!seen[@]}")
while IFS= read -r -d , word; do
    word=${word//-/_}
    case $word in
    *_1_) ones+=" $word" ;;
    *) others+=" ${word^^}" ;;
    esac
done <<<"$text,"
printf '%s %s %s\n' "${#primes[@]}" "${#ones}" "${#others}"
