using System.Runtime.InteropServices;

namespace HybridReplica.Cli;

/// <summary>Hears that the terminal is closed (SIGHUP), which would leave the temporary file behind.</summary>
sealed class TerminalClosing : IDisposable
{
    readonly CancellationTokenSource _closed = new();
    readonly PosixSignalRegistration _registration;

    public TerminalClosing() =>
        _registration = PosixSignalRegistration.Create(
            PosixSignal.SIGHUP,
            context =>
            {
                context.Cancel = true;
                _closed.Cancel();
            }
        );

    /// <summary>Cancelled when it is closed; never if we were started to ignore that (<c>nohup</c>).</summary>
    public CancellationToken Closed => _closed.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _closed.Dispose();
    }
}
