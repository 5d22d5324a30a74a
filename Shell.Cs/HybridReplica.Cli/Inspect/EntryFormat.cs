using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>How the entries of a snapshot are written. Nothing here allocates once it has warmed up.</summary>
/// <param name="output">Where the bytes go.</param>
abstract class EntryFormat(OutputBuffer output)
{
    /// <summary>Texts longer than this, in bytes, may come in parts.</summary>
    public virtual int PartsAbove => 64 << 10;

    /// <summary>What was not written because the format has no way to say it, as a sentence. Null: nothing.</summary>
    public virtual string? Omission => null;

    /// <summary>Where the bytes go.</summary>
    protected OutputBuffer Output { get; } = output;

    /// <summary>Begins an entry.</summary>
    /// <param name="entry">What <see cref="RdbTokenKind.EntryStarted"/> says.</param>
    /// <returns>How closely the format wants to look at its value.</returns>
    public abstract RdbLook Begin(RdbEvent entry);

    /// <summary>Adds something of its value.</summary>
    public virtual void Add(RdbEvent found) { }

    /// <summary>Ends the entry.</summary>
    /// <param name="entry">What <see cref="RdbTokenKind.EntryEnded"/> says.</param>
    public virtual void End(RdbEvent entry) { }

    /// <summary>The entry that was begun last is not written after all.</summary>
    public virtual void Drop() { }

    /// <summary>Takes what stands beside the entries: <see cref="RdbTokenKind.FunctionLibrary"/>, and others.</summary>
    public virtual void AddBeside(RdbEvent found) { }

    /// <summary>The snapshot is damaged: nothing more comes than what came by now.</summary>
    public virtual void Break(RdbFault fault) { }

    /// <summary>Writes what can be said when nothing more comes.</summary>
    public virtual void Finish() { }
}
