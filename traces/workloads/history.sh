# Makes a repository in the folder that is given: 120 commits to 12 files,
# the same objects each time.
git init -q -b main "$1" || exit 1
awk 'BEGIN {
    print "blob\nmark :1\ndata 0\n"
    for (commit = 1; commit <= 120; commit++) {
        date = 1600000000 + commit * 3600
        print "commit refs/heads/main"
        print "committer A U Thor <author@example.org> " date " +0000"
        message = "Change " commit " of file " commit % 12
        printf "data %d\n%s\n", length(message), message
        text = ""
        for (line = 1; line <= 60; line++) {
            version = (line % 12 == commit % 12) ? commit : commit % 12
            text = text "line " line " of the file, version " version "\n"
        }
        printf "M 644 inline folder%d/file%d.txt\ndata %d\n%s\n", \
            commit % 3, commit % 12, length(text), text
    }
}' | git -C "$1" fast-import --quiet
