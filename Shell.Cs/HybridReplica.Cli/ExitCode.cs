using HybridReplica.Core;

namespace HybridReplica.Cli;

/// <summary>The numbers a script can tell the ends of a run by.</summary>
static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The network failed: refused, lost, name not found, TLS.</summary>
    public const int Network = 3;

    /// <summary>The master refused: password, permission, busy.</summary>
    public const int MasterRefused = 4;

    /// <summary>The master broke the protocol.</summary>
    public const int MasterBroke = 5;

    /// <summary>The master stayed silent too long.</summary>
    public const int MasterSilent = 6;

    /// <summary>The disk failed.</summary>
    public const int Disk = 7;

    /// <summary>The data is corrupt: checksum, format.</summary>
    public const int Corrupt = 8;

    /// <summary>A gap: the position can no longer be resumed from.</summary>
    public const int Gap = 9;

    /// <summary>A bug of ours.</summary>
    public const int Bug = 10;

    /// <summary>Somebody interrupted us.</summary>
    public const int Interrupted = 130;

    /// <summary>The number for a fault: whose doing it was decides.</summary>
    public static int Of(Blame blame) =>
        blame switch
        {
            _ when blame.IsNetwork => Network,
            _ when blame.IsMasterRefused => MasterRefused,
            _ when blame.IsMasterBroke => MasterBroke,
            _ when blame.IsMasterSilent => MasterSilent,
            _ when blame.IsDisk => Disk,
            _ when blame.IsCorrupt => Corrupt,
            _ when blame.IsHistory => Gap,
            _ => Bug,
        };
}
