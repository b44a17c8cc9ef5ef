# git: a history of a repository, cloned, told, packed and verified.
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_CONFIG_NOSYSTEM=1
export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
git config --global user.name name
git config --global user.email name@example.org
git config --global init.defaultBranch main
git config --global gc.auto 0
git init -q first
cd first || exit 1
for folder in heap block policies preload; do
    mkdir -p $folder
    for file in "$ROOT"/allocator/$folder/*.c; do
        cp "$file" $folder
        git add . && git commit -q -m "Add $folder/${file##*/}" || exit 1
    done
done
git rm -q -r block && git commit -q -m 'Remove a folder'
cd .. && git clone -q --no-hardlinks first second && cd second || exit 1
git log --stat --format='%H %s' -M -C
git log -p | cksum
git gc -q --aggressive && git fsck --full && git count-objects | cut -d, -f1
git blame policies/tlsf.c | cksum
git archive HEAD | tar t
