using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>What came of verifying an archive, for people and for programs.</summary>
/// <param name="archive">The archive.</param>
/// <param name="verification">What came of it.</param>
/// <param name="rebuilt">The indexes that were made anew before.</param>
sealed class VerifyReport(ReplicaArchive archive, ArchiveVerification verification, IReadOnlyList<string> rebuilt)
{
    /// <summary>The one line about damage. Null: there is none.</summary>
    public Failure? Damage { get; } =
        verification.IsSound
            ? null
            : new(
                ExitCode.Corrupt,
                "Corrupt",
                $"The archive is damaged in {ArchiveWords.Counted(verification.Findings.Count, "place")}"
                    + $" ({archive.Folder})",
                Advice(verification)
            );

    static string Advice(ArchiveVerification verification)
    {
        // Nothing is lost: all that an index says is in its segment too, but for parts of a second.
        if (verification.Findings.All(finding => finding.Fault.IsIndexDamaged))
            return "make its indexes again with verify --rebuild-indexes; archiving on sees to the last segment";
        return verification.Restorable.Count == 0
            ? "nothing of it can be restored; take the folder from a copy"
            : "restore what can be restored, and take the damaged files from a copy";
    }

    /// <summary>A line for each thing that was found, for what can be restored, and for the whole.</summary>
    public IEnumerable<string> Lines()
    {
        var table = new Table();
        foreach (var file in rebuilt)
            table.Add("rebuilt", file);
        foreach (var finding in verification.Findings)
            table.Add("damaged", ArchiveFindingWording.Finding(finding));
        foreach (var remark in verification.Remarks)
            table.Add("remark", ArchiveFindingWording.Remark(remark));
        foreach (var range in verification.Restorable)
            table.Add("restorable", ArchiveWords.Range(range));
        var verdict = verification.IsSound ? "sound" : "damaged";
        table.Add("verified", $"{Summary.Bytes(verification.Bytes)}, {verdict}: {archive.Folder}");
        return table.Lines();
    }

    /// <summary>The JSON object.</summary>
    public string Json() =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", verification.IsSound ? "done" : "failed");
            json.WriteNumber("exitCode", Damage?.ExitCode ?? ExitCode.Done);
            json.WriteString("folder", archive.Folder);
            json.WriteNumber("bytes", verification.Bytes);
            json.WriteStrings("rebuilt", rebuilt);
            json.WriteObjects(
                "findings",
                verification.Findings,
                (json, finding) =>
                {
                    json.WriteString("file", finding.File);
                    json.WriteNumber("fromByte", finding.FromByte);
                    json.WriteNumber("toByte", finding.ToByte);
                    json.WriteNumberOrNull("fromOffset", BytesOf(finding.FromOffset));
                    json.WriteNumberOrNull("toOffset", BytesOf(finding.ToOffset));
                    json.WriteString("message", ArchiveFindingWording.Finding(finding));
                    json.WriteString("advice", ArchiveFaultWording.Advice(finding.Fault));
                }
            );
            json.WriteStrings("remarks", verification.Remarks.Select(ArchiveFindingWording.Remark));
            json.WriteRanges("restorable", verification.Restorable);
        });

    static long? BytesOf(FSharpValueOption<Offset> offset) => offset.IsSome ? offset.Value.Bytes : null;
}
