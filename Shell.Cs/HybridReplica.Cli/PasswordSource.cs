using HybridReplica.Core;

namespace HybridReplica.Cli;

/// <summary>Where the password comes from: no argument of its own, which everybody on the machine could read.</summary>
static class PasswordSource
{
    const int MostBytes = 64 * 1024;

    /// <summary>The variable that redis-cli reads too.</summary>
    const string Variable = "REDISCLI_AUTH";

    /// <summary>The password in the file, or else, unless the URI has one, that in the environment.</summary>
    /// <exception cref="UsageException">The file cannot be read, or holds no password.</exception>
    public static Secret? Read(string? file, Uri master)
    {
        if (file is not null)
            return ReadFile(file);

        var text = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(text) || master.UserInfo.Contains(':') ? null : Secret.OfText(text);
    }

    static Secret ReadFile(string file)
    {
        try
        {
            // Opened before it is measured: a pipe such as /dev/fd/3 has no length.
            using var stream = File.OpenRead(file);
            var buffer = new byte[MostBytes];
            var length = stream.ReadAtLeast(buffer, MostBytes, throwOnEndOfStream: false);
            var line = FirstLine(buffer.AsSpan(0, length));
            return line.IsEmpty
                ? throw new UsageException($"The password file {file} holds no password in its first line.")
                : Secret.OfBytes(line);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The password file {file} cannot be read: {exception.Message}");
        }
    }

    static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        return (end < 0 ? bytes : bytes[..end]).TrimEnd((byte)'\r');
    }
}
