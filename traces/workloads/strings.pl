# Splits, joins, substitutes and counts: strings of many lengths that are
# replaced all the time, a hash that grows, a sort at the end.
use strict;
use warnings;

my $seed = 7;
sub next_number { $seed = ($seed * 1103515245 + 12345) % 2147483648; $seed >> 8 }

my @syllables = qw(ka lo mi ren tas vor pel dun sha bri con est);
sub word { join '', map { $syllables[next_number() % @syllables] } 0 .. next_number() % 4 }

my (%count, @lines);
for my $line (1 .. ($ARGV[0] // 600)) {
    my $text = join ' ', map { word() } 0 .. 3 + next_number() % 12;
    $text =~ s/(\w+)/\u$1/g if $line % 3 == 0;
    $count{lc $_}++ for split / /, $text;
    push @lines, $text;
    splice @lines, 0, 200 if @lines > 400;
}
my @report;
for my $word (sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count) {
    push @report, sprintf('%-16s %5d %s', $word, $count{$word}, '#' x ($count{$word} / 4));
    delete $count{$word} if $count{$word} < 3;
}
my $all = '';
$all .= "$_\n" for @report;
print length($all), ' ', scalar(keys %count), ' ', scalar(@lines), "\n";
