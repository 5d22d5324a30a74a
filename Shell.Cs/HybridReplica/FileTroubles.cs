using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Gives the exceptions of files and pipes the names that the model knows.</summary>
static class FileTroubles
{
    /// <summary>Whether the exception is news from the file system. Anything else is a bug, and must fly.</summary>
    public static bool IsOne(Exception exception) =>
        exception is IOException or UnauthorizedAccessException || IsTooLarge(exception);

    // What .NET makes of EFBIG: as if the caller had named the length.
    static bool IsTooLarge(Exception exception) => exception is ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>What happened.</summary>
    public static FileTrouble Of(Exception exception) =>
        exception switch
        {
            UnsyncedException { InnerException: { } inner } => Of(inner),
            FileNotFoundException or DirectoryNotFoundException => FileTrouble.NotFound,
            UnauthorizedAccessException { InnerException: IOException inner } => Of(inner),
            UnauthorizedAccessException => FileTrouble.Denied,
            { InnerException: System.Net.Sockets.SocketException } => FileTrouble.BrokenPipe,
            _ when IsTooLarge(exception) => FileTrouble.TooLarge,
            _ when OperatingSystem.IsWindows() => OfWindows(exception.HResult & 0xFFFF),
            _ => OfUnix(exception.HResult),
        };

    // Where .NET has no exception of its own for an error number, HResult holds the number (errno(3)).
    /// <summary>What an error number of a Unix system means.</summary>
    public static FileTrouble OfUnix(int errno) =>
        errno switch
        {
            1 or 13 => FileTrouble.Denied, // EPERM, EACCES
            2 or 20 => FileTrouble.NotFound, // ENOENT, ENOTDIR
            17 => FileTrouble.Exists, // EEXIST
            21 => FileTrouble.IsFolder, // EISDIR
            27 => FileTrouble.TooLarge, // EFBIG
            28 => FileTrouble.Full, // ENOSPC
            30 => FileTrouble.ReadOnly, // EROFS
            32 => FileTrouble.BrokenPipe, // EPIPE
            69 when OperatingSystem.IsMacOS() => FileTrouble.Full, // EDQUOT
            122 when !OperatingSystem.IsMacOS() => FileTrouble.Full, // EDQUOT
            _ => FileTrouble.NewOther(errno),
        };

    static FileTrouble OfWindows(int error) =>
        error switch
        {
            5 => FileTrouble.Denied, // ERROR_ACCESS_DENIED
            19 => FileTrouble.ReadOnly, // ERROR_WRITE_PROTECT
            80 or 183 => FileTrouble.Exists, // ERROR_FILE_EXISTS, ERROR_ALREADY_EXISTS
            109 or 232 => FileTrouble.BrokenPipe, // ERROR_BROKEN_PIPE, ERROR_NO_DATA
            39 or 112 => FileTrouble.Full, // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
            _ => FileTrouble.NewOther(error),
        };
}
