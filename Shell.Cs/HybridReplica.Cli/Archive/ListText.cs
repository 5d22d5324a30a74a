using HybridReplica.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>What is in an archive, for people: a head, and a line for each file.</summary>
/// <param name="archive">The archive.</param>
/// <param name="contents">What is in it.</param>
sealed class ListText(ReplicaArchive archive, ArchiveContents contents)
{
    /// <summary>The lines.</summary>
    public IEnumerable<string> Lines() =>
        contents.Generations.Count == 0 ? Head().Lines() : [.. Head().Lines(), "", .. Files().Lines()];

    Table Head()
    {
        var table = new Table();
        table.Add("Archive", $"{archive.Folder} ({archive.Name})");
        table.Add("Oldest", contents.Oldest?.ToString() ?? "nothing is archived yet");
        table.Add("Newest", contents.Newest?.ToString() ?? "nothing is archived yet");
        var bases = ArchiveWords.Counted(contents.Generations.Count, "base");
        var segments = ArchiveWords.Counted(contents.Generations.Sum(each => each.Segments.Count), "segment");
        table.Add("Size", $"{Summary.Bytes(contents.Bytes)}, {bases} and {segments}");
        foreach (var (link, index) in contents.Chain.Select((link, index) => (link, index)))
            table.Add(index == 0 ? "History" : "", Show(link, isFirst: index == 0));
        return table;
    }

    static string Show(ArchiveChainLink link, bool isFirst)
    {
        var how =
            isFirst ? ""
            : link.GoesOn ? ", which goes on with the one before"
            : ", another one";
        return $"{link.Id} from offset {link.Start}{how}";
    }

    Table Files()
    {
        var table = new Table(1, 2, 5);
        table.Add("File", "From offset", "To offset", "Received from", "To", "Size", "");
        foreach (var generation in contents.Generations)
        {
            if (contents.Gaps.FirstOrDefault(gap => IsBefore(gap, generation)) is { } gap)
                table.Add(Show(gap));
            Add(table, generation.Base);
            foreach (var segment in generation.Segments)
                Add(table, segment);
        }

        return table;
    }

    static bool IsBefore(ArchiveGap gap, ArchivedGeneration generation) =>
        gap.After.Offset.Equals(generation.Base.Position.Offset) && gap.After.Id.Equals(generation.Base.Position.Id);

    static string Show(ArchiveGap gap) =>
        gap.IsOtherHistory
            ? $"-- another history begins: nothing between {gap.Before} and {gap.After}"
            : $"-- gap: nothing between {gap.Before} and {gap.After}";

    static void Add(Table table, ArchivedBase first) =>
        table.Add(
            first.File,
            ArchiveWords.Number(first.Position.Offset.Bytes),
            "",
            ArchiveWords.Time(first.ReceivedAt),
            "",
            Summary.Bytes(first.Size),
            first.Version?.ToString() ?? "no RDB"
        );

    static void Add(Table table, ArchivedSegment segment)
    {
        List<string> remarks = [];
        if (!segment.IsSealed)
            remarks.Add("open");
        if (segment.IndexSize == 0)
            remarks.Add("no index");
        table.Add(
            segment.File,
            ArchiveWords.Number(segment.Start.Offset.Bytes),
            ArchiveWords.Number(segment.End),
            ArchiveWords.Time(segment.First),
            ArchiveWords.Time(segment.Last),
            Summary.Bytes(segment.Size),
            string.Join(", ", remarks)
        );
    }
}
