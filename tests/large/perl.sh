# perl: the words of the sources, counted, sorted, joined and taken apart.
perl -e '
while (<>) {
    $count{$_}++ for /\w+/g;
    push @{$lines{length $_}}, $_;
}
for (sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count) {
    print "$_ $count{$_}\n" if $count{$_} > 200;
}
for my $length (sort { $a <=> $b } keys %lines) {
    my $text = join "", sort @{$lines{$length}};
    (my $other = $text) =~ s/(\w+) (\w+)/$2 $1 $2/g;
    print $length, " ", length $text, " ", length $other, " ",
        unpack("%32C*", $other), "\n";
}' "$ROOT"/allocator/*/*.c "$ROOT"/driver/*/*.c "$ROOT"/tests/*.c
