using System.Text;

namespace HybridReplica.Cli.Inspect.Report;

/// <summary>A prefix that is worth being shown, and those below it.</summary>
/// <param name="Name">What is added to the prefix above, one character for each byte.</param>
/// <param name="Tally">The keys that begin so.</param>
/// <param name="Children">How they go on, the largest first.</param>
/// <param name="Others">Those of them that none of the children counts.</param>
sealed record PrefixRow(string Name, Tally Tally, IReadOnlyList<PrefixRow> Children, Rest Others)
{
    // What is less than one hundredth of everything is not worth a line, nor is what is not among the first ten.
    const int LeastPart = 100;
    const int Most = 10;

    /// <summary>
    /// All that is worth being shown of a tree, to which no keys are added any more. The row itself stands for all
    /// keys, and has no name.
    /// </summary>
    public static PrefixRow Of(PrefixTree tree)
    {
        tree.Settle(Most);
        return Of("", tree.Root, tree.Root);
    }

    static PrefixRow Of(string name, PrefixNode node, PrefixNode all)
    {
        // What can go on in one way only goes on in the same row.
        while (name.Length > 0 && OnlyChild(node) is { } only)
            (name, node) = (name + Text(only.Key), only.Value);

        var shown = node
            .Children.Where(child => IsWorth(child.Value, all))
            .OrderByDescending(child => child.Value.Bytes)
            .ThenByDescending(child => child.Value.Keys)
            .ThenBy(child => Text(child.Key), StringComparer.Ordinal)
            .Take(Most)
            .Select(child => Of(Text(child.Key), child.Value, all))
            .ToList();
        return new(name, node, shown, Rest.Of(node, shown.Select(row => row.Tally)));
    }

    static KeyValuePair<byte[], PrefixNode>? OnlyChild(PrefixNode node) =>
        node.Children.Count == 1 && node.Children.First() is var only && only.Value.Keys == node.Keys ? only : null;

    static bool IsWorth(PrefixNode node, PrefixNode all) =>
        node.Keys >= (double)all.Keys / LeastPart || node.Bytes >= (double)all.Bytes / LeastPart;

    static string Text(byte[] name) => Encoding.Latin1.GetString(name);
}

/// <summary>What is left of a group when parts of it are shown.</summary>
/// <param name="Keys">How many keys.</param>
/// <param name="Bytes">How many bytes.</param>
readonly record struct Rest(long Keys, long Bytes)
{
    /// <summary>What is left of it.</summary>
    public static Rest Of(Tally all, IEnumerable<Tally> shown)
    {
        var rest = new Rest(all.Keys, all.Bytes);
        return shown.Aggregate(rest, (left, tally) => new(left.Keys - tally.Keys, left.Bytes - tally.Bytes));
    }
}
